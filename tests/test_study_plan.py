"""A plan fits itself, hides what is behind a clip, is the same for the same seed, and is refused when damaged."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.study.plan import Plan, Stimulus, make_plan, new_ids
from v2ra.study.plan_file import check_files, read_plan, write_plan
from v2ra.study.questions import RATINGS, rating_questions
from v2ra.study.session import minutes, session

MakeStudy = Callable[..., Plan]


def items(n_clips: int, systems: tuple[str, ...] = ("real", "tuned"), suffix: str = ".mp4") -> list[Stimulus]:
    """Return items without files."""
    keys = [(system, f"clip{number}") for number in range(n_clips) for system in systems]
    names = new_ids(len(keys), seed=3)
    return [
        Stimulus(name, f"{name}{suffix}", "", system, "dog", clip)
        for name, (system, clip) in zip(names, keys, strict=True)
    ]


@settings(max_examples=25)
@given(st.integers(1, 8), st.integers(0, 2), st.integers(1, 12), st.integers(0, 2**31))
def test_each_listener_rates_each_item_once_and_repeats_are_marked(
    n_clips: int, n_repeats: int, n_listeners: int, seed: int
) -> None:
    n_repeats = min(n_repeats, n_clips // 2)
    options = {"n_repeats": n_repeats, "n_listeners": n_listeners, "seed": seed}
    plan = make_plan(items(n_clips), pairs=[("real", "tuned")], **options)  # type: ignore[arg-type]
    sides: Counter[tuple[str, ...]] = Counter()
    for listener in range(n_listeners):
        steps = session(plan, listener)
        rated = [step.stimuli[0] for step in steps if step.kind == "rating" and not step.repeat]
        assert sorted(rated) == sorted(item.id for item in plan.items)
        assert sum(step.repeat for step in steps) == n_repeats
        pairs = [step.stimuli for step in steps if step.kind == "pair"]
        assert sorted(map(sorted, pairs)) == sorted(map(sorted, plan.pairs))
        sides.update(pairs)
        assert steps == session(plan, listener)
    for first, second in plan.pairs:
        assert abs(sides[first, second] - sides[second, first]) <= 1, "each side comes first equally often"


def test_the_same_seed_gives_the_same_plan_and_another_one_another(
    tmp_path: Path, make_study: MakeStudy
) -> None:
    plans = [make_study(tmp_path / name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))]
    assert plans[0] == plans[1]
    assert plans[0].hash() == plans[1].hash() != plans[2].hash()
    assert not set(plans[0].stimuli) & set(plans[2].stimuli)
    files = [sorted(path.read_bytes() for path in (tmp_path / name / "stimuli").iterdir()) for name in "ab"]
    assert files[0] == files[1]


def test_a_plan_comes_back_from_its_file(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    assert read_plan(tmp_path / "study") == plan
    check_files(plan, tmp_path / "study")


def test_file_names_and_ids_tell_no_system(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    names = sorted(path.name for path in (tmp_path / "study" / "stimuli").iterdir())
    assert len(names) == len(plan.stimuli)
    assert not [name for name in names for item in plan.items if item.system in name or item.clip in name]
    by_id = sorted(plan.items, key=lambda item: item.id)
    assert [item.system for item in by_id] != [item.system for item in plan.items], "ids are not in order"


def test_the_clip_for_practice_is_not_rated(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    rated = {(item.category, item.clip) for item in plan.items}
    assert len({(item.category, item.clip) for item in plan.training}) == 1
    assert not {(item.category, item.clip) for item in plan.training} & rated
    assert [sum(category == name for category, _ in rated) for name in ("dog", "wood")] == [1, 1]


def test_a_session_begins_with_consent_level_checks_and_practice(
    tmp_path: Path, make_study: MakeStudy
) -> None:
    kinds = [step.kind for step in session(make_study(tmp_path / "study"), 0)]
    assert list(dict.fromkeys(kinds)) == ["consent", "level", "headphones", "training", "rating", "pair"]
    assert Counter(kinds) == {
        "consent": 1,
        "level": 1,
        "headphones": 6,
        "training": 3,
        "rating": 7,
        "pair": 2,
    }


def test_sound_alone_is_not_asked_about_synchrony() -> None:
    plan = make_plan(items(2, suffix=".wav"), pairs=[("real", "tuned")], n_repeats=0)
    asked = {question.key for step in session(plan, 0) for question in step.questions}
    assert asked == {"consent", "clarity", "overall", "choice"}
    assert {q.text for step in session(plan, 0) for q in step.questions if step.kind == "pair"} == {
        "Which one sounds more real?"
    }


def test_a_longer_study_takes_longer() -> None:
    assert minutes(make_plan(items(20), n_repeats=0)) > minutes(make_plan(items(5), n_repeats=0)) >= 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n_listeners": 0}, "found 0 listeners"),
        ({"n_repeats": 3}, "hidden repeats"),
        ({"pairs": [("real", "other")]}, "no clip with both real and other"),
        ({"pairs": [("real", "real")]}, "no clip with both real and real"),
        ({"questions": ("clarity", "beauty")}, "found questions clarity, beauty"),
        ({"questions": ("clarity", "clarity")}, "each once"),
        ({"questions": ()}, "found questions none"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        make_plan(items(2), **({"n_repeats": 0} | change))  # type: ignore[arg-type]


def test_two_files_of_one_system_on_one_clip_are_refused() -> None:
    with pytest.raises(InputError, match="each system once a clip"):
        make_plan([*items(1), *[Stimulus("ff", "ff.mp4", "", "real", "dog", "clip0")]], n_repeats=0)
    with pytest.raises(InputError, match="found 0 items"):
        make_plan([])


@pytest.mark.parametrize(
    "damage",
    [
        "{",
        "[]",
        "{}",
        "null",
        "\xff",
        '{"format": 2}',
        "extra",
        "lost",
        "outside",
        "screening",
        "listeners",
        "pair",
    ],
)
def test_a_damaged_plan_is_one_line(damage: str, tmp_path: Path) -> None:
    path = write_plan(make_plan(items(2), pairs=[("real", "tuned")], n_repeats=0), tmp_path)
    values = json.loads(path.read_text())
    changes: dict[str, dict[str, object]] = {
        "extra": {"colour": "blue"},
        "lost": {"items": [{"id": "a"}]},
        "outside": {"items": [values["items"][0] | {"file": "../plan.json"}, *values["items"][1:]]},
        "screening": {"screening": {"min_cheks": 2}},
        "listeners": {"n_listeners": "many"},
        "pair": {"pairs": [["a", "b"]]},
    }
    text = json.dumps(values | changes[damage]) if damage in changes else damage
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_plan_and_a_missing_or_changed_stimulus_are_named(
    tmp_path: Path, make_study: MakeStudy
) -> None:
    with pytest.raises(InputError, match=r"no .*plan\.json"):
        read_plan(tmp_path)
    plan = make_study(tmp_path / "study")
    first = tmp_path / "study" / plan.items[0].file
    content = first.read_bytes()
    first.write_bytes(content + b"x")
    with pytest.raises(InputError, match="another file than was planned"):
        check_files(plan, tmp_path / "study")
    first.unlink()
    with pytest.raises(InputError, match=f"no .*{plan.items[0].id}"):
        check_files(plan, tmp_path / "study")


def test_a_plan_is_never_overwritten(tmp_path: Path, make_study: MakeStudy) -> None:
    make_study(tmp_path / "study")
    before = (tmp_path / "study" / "plan.json").read_bytes()
    with pytest.raises(InputError, match="a plan is never changed"):
        make_study(tmp_path / "study", seed=5)
    assert (tmp_path / "study" / "plan.json").read_bytes() == before


def test_a_listener_beyond_the_plan_is_refused() -> None:
    plan = make_plan(items(2), n_repeats=0, n_listeners=2)
    for listener in (-1, 2):
        with pytest.raises(InputError, match="expected 0 to 1"):
            session(plan, listener)


def test_the_questions_are_those_of_the_paper_on_five_grades() -> None:
    assert list(RATINGS) == ["clarity", "synchrony", "overall"]
    for question in rating_questions(tuple(RATINGS), has_picture=True):
        assert [value for value, _ in question.choices] == [5, 4, 3, 2, 1]


def test_a_plan_hides_repeats_unless_it_is_told_otherwise() -> None:
    assert [make_plan(items(n_clips)).n_repeats for n_clips in (1, 4, 10, 20)] == [0, 2, 4, 4]  # of 2 systems
    assert make_plan(items(10), n_repeats=0).n_repeats == 0
