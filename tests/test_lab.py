"""The frame of live widgets: made anew on each change, once, and a failure is told in its place."""

from ipywidgets import IntSlider

from v2ra.errors import InputError
from v2ra.lab import panel


def test_each_change_makes_what_is_shown_anew_and_the_same_values_do_not() -> None:
    made: list[int] = []

    def make(steps: int) -> str:
        made.append(steps)
        return f"{steps} steps"

    lab = panel(make, steps=IntSlider(2))
    slider, shown = lab.children
    slider.value = 3
    slider.notify_change({"name": "value", "old": 3, "new": 3, "owner": slider, "type": "change"})
    assert made == [2, 3]
    assert shown.value == "3 steps"


def test_bad_input_is_told_where_the_result_was_and_the_next_value_shows_again() -> None:
    def make(steps: int) -> str:
        if steps > 2:
            raise InputError("found 3 < 4 steps; expected less")
        return "fine"

    lab = panel(make, steps=IntSlider(3))
    assert lab.children[-1].value == "<p>found 3 &lt; 4 steps; expected less</p>"
    lab.children[0].value = 1
    assert lab.children[-1].value == "fine"
