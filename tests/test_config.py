"""Configurations: layers, overrides, refusals, and the files under configs/."""

import json
import math
import typing
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.config import Config, parse_settings
from v2ra.errors import InputError
from v2ra.limits import RANGES

ROOT = Path(__file__).resolve().parent.parent
# These have sections of their own: tests of baselines_systems, ablations and failure_settings hold them.
OTHERS = {"ablation_settings", "baselines", "failures"}
FILES = sorted(p for p in (ROOT / "configs").rglob("*.toml") if p.parent.name not in OTHERS)
SECTIONS: dict[str, type] = typing.get_type_hints(Config)
KEYS = {
    f"{section}.{key}": hint
    for section, kind in SECTIONS.items()
    for key, hint in typing.get_type_hints(kind).items()
}


def values_of(key: str) -> st.SearchStrategy[Any]:
    """Return allowed values of a key, by its declared type and its range."""
    hint = KEYS[key]
    low, high = RANGES.get(key, (None, None))
    finite_low, finite_high = (v if v is None or math.isfinite(v) else None for v in (low, high))
    if typing.get_origin(hint) is Literal:
        return st.sampled_from(typing.get_args(hint))
    if hint is float:
        return st.floats(finite_low, finite_high, allow_nan=False, allow_infinity=False)
    if hint is int:
        return st.integers(int(low), None if finite_high is None else int(finite_high))  # type: ignore[arg-type]
    if hint == tuple[str, ...]:
        return st.lists(st.text(max_size=8)).map(tuple)
    return st.booleans() if hint is bool else st.text()


def configs() -> st.SearchStrategy[Config]:
    """Return configurations with any allowed value in any key."""
    sections = {
        name: st.builds(kind, **{key: values_of(f"{name}.{key}") for key in typing.get_type_hints(kind)})
        for name, kind in SECTIONS.items()
    }
    return st.builds(Config, **sections)


@given(configs())
def test_a_configuration_comes_back_from_its_plain_values(config: Config) -> None:
    assert Config.from_dict(config.as_dict()) == config


@given(configs())
def test_a_configuration_comes_back_from_json(config: Config) -> None:
    assert Config.from_dict(json.loads(json.dumps(config.as_dict()))) == config


@given(st.data())
def test_an_override_changes_its_key_and_no_other(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(KEYS)))
    value = data.draw(values_of(key))
    section, name = key.split(".")
    expected = Config().as_dict()
    expected[section][name] = value
    changed = Config.from_dict({section: {name: value}})
    assert changed.as_dict() == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_under_configs_loads_and_holds_only_what_differs(path: Path) -> None:
    if path.parent.name == "configs":
        assert Config.from_toml(path) != Config()
    for recipe in (ROOT / "configs" / "recipes").glob("*.toml"):
        Config.from_toml(path, recipe)


def test_there_are_files_under_configs() -> None:
    assert {path.stem for path in FILES} >= {"smoke", "quick", "paper", "tuned"}


@pytest.fixture
def layers(tmp_path: Path) -> list[Path]:
    """Return a profile and a recipe that agree on one key and share another."""
    paths = [tmp_path / "profile.toml", tmp_path / "recipe.toml"]
    paths[0].write_text("[training]\nn_steps = 7\nbatch_size = 3\n[generator]\nbase_width = 2\n")
    paths[1].write_text("[training]\nbatch_size = 5\n")
    return paths


def test_a_later_file_wins_and_what_it_does_not_name_stays(layers: list[Path]) -> None:
    config = Config.from_toml(*layers)
    assert (config.training.n_steps, config.training.batch_size) == (7, 5)
    assert config.generator.base_width == 2
    assert config.training.learning_rate == Config().training.learning_rate
    assert Config.from_toml(*reversed(layers)).training.batch_size == 3


def test_a_section_that_is_missing_has_its_defaults() -> None:
    old = {name: keys for name, keys in Config().as_dict().items() if name not in ("denoising", "peak_match")}
    assert Config.from_dict(old) == Config()
    changed = Config().with_overrides({"peak_match.seed": 3, "generator.base_width": 2})
    assert Config.from_dict({"peak_match": {"mode": "corrected"}}, base=changed) == changed.with_overrides(
        {"peak_match.mode": "corrected"}
    )


def test_no_files_give_the_defaults() -> None:
    assert Config.from_toml() == Config()


def test_overrides_win_over_files_and_are_read_as_toml(layers: list[Path]) -> None:
    config = Config.from_toml(*layers).with_overrides(
        {
            "training.batch_size": "9",
            "training.learning_rate": "2e-4",
            "generator.noise_input": "true",
            "loss.adversarial": "cross_entropy",
            "data.categories": '["wood", "dog"]',
            "features.weights": "/somewhere/vgg19.pt",
            "training.n_steps": 11,
        }
    )
    assert (config.training.batch_size, config.training.n_steps) == (9, 11)
    assert config.training.learning_rate == 2e-4
    assert config.generator.noise_input is True
    assert config.loss.adversarial == "cross_entropy"
    assert config.data.categories == ("wood", "dog")
    assert config.features.weights == "/somewhere/vgg19.pt"


def test_a_configuration_is_not_changed_by_its_copies() -> None:
    config = Config()
    config.with_overrides({"training.n_steps": "1"})
    assert config == Config()


def test_whole_numbers_stand_for_fractions_but_not_the_other_way() -> None:
    assert Config.from_dict({"data": {"n_clip_seconds": 8}}).data.n_clip_seconds == 8.0
    assert isinstance(Config.from_dict({"data": {"n_clip_seconds": 8}}).data.n_clip_seconds, float)
    with pytest.raises(InputError, match=r"training\.n_steps .*= 5\.5; expected a value of type int"):
        Config.from_dict({"training": {"n_steps": 5.5}})


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"training": {"n_stepz": 5}}, r"unknown key 'training\.n_stepz' in here"),
        ({"trainings": {"n_steps": 5}}, "'trainings' in here"),
        ({"n_steps": 5}, "'n_steps' in here"),
        ({"training": 5}, "'training' in here; expected a section"),
        ({"training": {"n_steps": "5"}}, r"training\.n_steps in here = '5'; expected a value of type int"),
        ({"training": {"n_steps": True}}, r"training\.n_steps in here = True"),
        ({"generator": {"noise_input": 1}}, r"generator\.noise_input in here = 1; .* type bool"),
        ({"data": {"noise_db": False}}, r"data\.noise_db in here = False; .* type float"),
        ({"loss": {"adversarial": "wasserstein"}}, r"loss\.adversarial .*; expected one of least_squares"),
        ({"loss": {"adversarial": None}}, r"loss\.adversarial"),
        ({"data": {"categories": ["wood", 3]}}, r"data\.categories .* type tuple"),
        ({"data": {"categories": "wood"}}, r"data\.categories .* type tuple"),
        ([], "no sections in here"),
    ],
)
def test_what_no_class_knows_is_refused_by_name(values: Any, named: str) -> None:
    with pytest.raises(InputError, match=named) as refusal:
        Config.from_dict(values, source="here")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("key", sorted(RANGES))
def test_a_number_outside_its_range_is_refused_by_name(key: str) -> None:
    section, name = key.split(".")
    low, high = RANGES[key]
    outside = [low - 1] if math.isfinite(low) else []
    outside += [high + 1] if math.isfinite(high) else []
    outside += [math.nan, math.inf] if KEYS[key] is float else []
    assert outside
    for value in outside:
        with pytest.raises(InputError, match=rf"found {section}\.{name} = .* in --set"):
            Config().with_overrides({key: KEYS[key](value)})


def test_every_number_has_a_range_and_every_range_a_number() -> None:
    numbers = {key for key, hint in KEYS.items() if hint in (int, float)}
    assert numbers == set(RANGES)


@pytest.mark.parametrize("key", sorted(RANGES))
def test_the_default_of_a_number_lies_in_its_range(key: str) -> None:
    section, name = key.split(".")
    low, high = RANGES[key]
    assert low <= Config().as_dict()[section][name] <= high


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"[training\n", "not to be TOML"), (b"\xff\xfe[training]", "not to be TOML"), (None, "no file")],
)
def test_a_file_that_is_no_toml_is_refused_by_name(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "broken.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as refusal:
        Config.from_toml(path)
    assert "broken.toml" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_settings_are_split_at_the_first_equals_sign() -> None:
    assert parse_settings(["features.weights = a=b", "training.n_steps=3"]) == {
        "features.weights": "a=b",
        "training.n_steps": "3",
    }


@pytest.mark.parametrize("setting", ["training.n_steps", "n_steps=3", ""])
def test_a_setting_without_section_or_value_is_refused(setting: str) -> None:
    with pytest.raises(InputError, match=r"expected section\.key=value"):
        parse_settings([setting])


@given(st.text(), st.text())
def test_no_override_ever_fails_in_another_way(key: str, value: str) -> None:
    for name in (key, f"training.{key}", "training.n_steps", "features.weights"):
        with suppress(InputError):
            assert isinstance(Config().with_overrides({name: value}), Config)
