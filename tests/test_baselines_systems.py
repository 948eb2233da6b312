"""The systems by name: settings from files, and one contract for all of them at the smallest size."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from v2ra.baselines.systems import SYSTEMS, compared_categories, fit_system, settings_of
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.errors import InputError

CONFIGS = Path(__file__).resolve().parent.parent / "configs" / "baselines"
RATE = 44_100


def made_pack() -> Pack:
    """Return four clips of 3 s with a hit at two times, at which the features move."""
    rng, clips = np.random.default_rng(0), []
    time = np.arange(RATE // 3) / RATE
    for name, split, hits in (
        *(("a", "train", (0.5, 1.5)), ("b", "train", (1.0, 2.2)), ("c", "train", (0.8, 2.0))),
        ("d", "test", (0.7, 1.7)),
    ):
        sound = 1e-3 * rng.standard_normal(3 * RATE).astype(np.float32)
        features = 0.1 * rng.standard_normal((30, 4096))
        for hit in hits:
            sound[round(hit * RATE) :][: len(time)] += 0.5 * np.exp(-30 * time) * np.sin(4000 * time)
            features[round(hit * 10)] += 1
        clips.append(EncodedClip(name, split, features.astype(np.float16), quantise(sound), np.array(hits)))
    return Pack("wood", tuple(clips), {})


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_answers_the_contract_at_smoke_size(name: str) -> None:
    pack = made_pack()
    system = fit_system(name, pack, settings_of(name, CONFIGS / "smoke.toml"), seed=3)
    clip = pack.part("test")[0]
    sound = system.synthesise(clip, seed=1)
    assert (system.name, system.needs_events) == (name, name == "modal")
    assert (system.n_parameters > 0) == (name != "nearest")
    assert sound.shape == clip.sound.shape
    assert sound.dtype == np.float32
    assert 0 < np.abs(sound).max() <= 1
    np.testing.assert_array_equal(sound, system.synthesise(clip, seed=1))
    # None hears the clip that it is given.
    deaf = dataclasses.replace(clip, sound=np.zeros_like(clip.sound))
    np.testing.assert_array_equal(sound, system.synthesise(deaf, seed=1))


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_system_learns_from_the_test_part(name: str) -> None:
    pack, settings = made_pack(), settings_of(name, CONFIGS / "smoke.toml")
    (clip,) = pack.part("test")
    louder = dataclasses.replace(clip, sound=np.round(1.9 * clip.sound).astype(np.int16))  # worth a copy
    whole, alone = (
        fit_system(name, Pack("wood", clips, {}), settings, seed=3).synthesise(clip, seed=1)
        for clips in ((*pack.part("train"), louder), pack.part("train"))
    )
    np.testing.assert_array_equal(whole, alone)


@pytest.mark.parametrize("profile", ["smoke", "quick", "paper"])
def test_every_profile_names_settings_that_all_systems_take(profile: str) -> None:
    path = CONFIGS / f"{profile}.toml"
    settings = {name: settings_of(name, path) for name in SYSTEMS}
    assert compared_categories(path) == ("wood", "dog")
    assert all(dataclasses.is_dataclass(value) for value in settings.values())
    defaults = {name: type(value)() for name, value in settings.items()}
    assert (settings == defaults) == (profile == "quick")


def test_a_file_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[modal]\nspread_db = 1\n[modal.modes]\nn_modes = 3\nwindow_seconds = [0.01, 1]\n")
    changed: Any = settings_of("modal", path)
    assert (changed.spread_db, changed.modes.n_modes, changed.modes.window_seconds) == (1.0, 3, (0.01, 1.0))
    back = dataclasses.replace(changed.modes, n_modes=40, window_seconds=type(changed.modes)().window_seconds)
    assert dataclasses.replace(changed, spread_db=2.0, modes=back) == type(changed)()
    assert compared_categories(path) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "[modal]\nn_mode = 3\n",
            r"found unknown key 'modal\.n_mode' in .*own\.toml; expected one of modes, ",
        ),
        ("[modal.modes]\nn_mode = 3\n", r"found unknown key 'modal\.modes\.n_mode'"),
        ("[modal.modes]\nn_modes = 'three'\n", r"found modal\.modes\.n_modes in .* = 'three'; .* type int"),
        ("[modal]\nlags = 3\n", r"found unknown key 'modal\.lags'"),
        (
            "[organ]\nn_modes = 3\n",
            r"found 'organ' in .*own\.toml; expected a section of keys, one of comparison, ",
        ),
        ("modal = 3\n", "found 'modal' in .*own.toml; expected a section"),
        ("[modal]\nspread_db = -1\n", "expected a strength drawn or median, numbers from 0"),
    ],
)
def test_what_no_system_knows_is_refused_in_one_line(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=found) as refusal:
        settings_of("modal", path)
    assert "\n" not in str(refusal.value)


def test_a_misspelt_key_of_the_comparison_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[comparison]\ncategory = ['wood']\n")
    with pytest.raises(InputError, match=r"unknown key 'comparison\.category'"):
        compared_categories(path)


def test_an_unknown_system_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="found no system 'vocoder'; expected one of modal, "):
        settings_of("vocoder", CONFIGS / "quick.toml")
