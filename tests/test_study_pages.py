"""What the page is told of each step, and that a word of a system is never among it."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from v2ra.errors import InputError
from v2ra.study.pages import PAGE_FILES, page_address, page_file, page_state
from v2ra.study.plan import Plan
from v2ra.study.session import minutes, session
from v2ra.study.simulated import simulated_answers
from v2ra.study.store import Store

MakeStudy = Callable[..., Plan]


def test_every_step_of_a_session_is_told_without_a_system_category_or_clip(
    tmp_path: Path, make_study: MakeStudy
) -> None:
    plan = make_study(tmp_path / "study", consent="Listen for {minutes} minutes.\nThank you.")
    store = Store(tmp_path / "r.sqlite", plan.hash(), n_listeners=3)
    words = {word for item in plan.items for word in (item.system, item.category, item.clip)}
    told = []
    for listener, number, step, answers in simulated_answers(plan):
        if listener:
            break
        state = page_state(plan, store, listener)
        assert (state["step"], state["done"]) == (number, False)
        assert [question["key"] for question in state["questions"]] == list(answers)
        told.append(state)
        assert not [word for word in words if word in json.dumps(state)]
        store.add_answers(listener, number, answers, kind=step.kind, stimuli=step.stimuli, trusted=True)
    assert len(told) == len(session(plan, 0))
    assert told[0]["text"] == f"Listen for {minutes(plan)} minutes.\nThank you."
    assert [state["heading"] for state in told[2:4]] == ["Headphones 1 of 6", "Headphones 2 of 6"]
    assert [medium["label"] for medium in told[-1]["media"]] == ["A", "B"]
    assert page_state(plan, store, 0)["done"]


def test_a_repeat_looks_like_any_other_clip(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    store = Store(tmp_path / "r.sqlite", plan.hash(), n_listeners=3)
    keys = set()
    for listener, number, step, answers in simulated_answers(plan):
        if listener == 0:
            state = page_state(plan, store, 0)
            if step.kind == "rating":
                keys.add((*state, *state["media"][0], state["text"], state["heading"].split()[0]))
            store.add_answers(0, number, answers, kind=step.kind, stimuli=step.stimuli, trusted=True)
    assert len(keys) == 1


def test_what_was_played_is_remembered_when_the_page_comes_again(
    tmp_path: Path, make_study: MakeStudy
) -> None:
    plan = make_study(tmp_path / "study")
    store = Store(tmp_path / "r.sqlite", plan.hash(), n_listeners=3)
    store.add_answers(0, 0, {"consent": 1}, kind="consent", stimuli=())
    assert [medium["played"] for medium in page_state(plan, store, 0)["media"]] == [False]
    store.add_play(0, 1, plan.level[0].id, seconds=6.0)
    assert [medium["played"] for medium in page_state(plan, store, 0)["media"]] == [True]


@pytest.mark.parametrize("name", PAGE_FILES)
def test_the_page_is_whole_and_plain(name: str) -> None:
    text = page_file(name)
    assert "://" not in text
    assert "innerHTML" not in text, "what listeners are told is never markup"


def test_another_file_is_not_given() -> None:
    with pytest.raises(InputError, match=r"plan\.json"):
        page_file("plan.json")


def test_the_address_for_every_network_names_this_machine() -> None:
    assert page_address("0.0.0.0", 80, "t") == f"http://{socket.gethostname()}:80/?token=t"
