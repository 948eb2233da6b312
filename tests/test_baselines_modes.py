"""Modes of known bells: found, within 1 % in frequency and 10 % in damping, and nothing found where nothing is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.baselines.mode_fit import Mode, line_fit, matched_mode, rings
from v2ra.baselines.modes import Settings, extract_modes
from v2ra.errors import InputError

RATE = 44_100
# Two modes 35 Hz apart, which the four shorter windows do not part, and two that are gone within 0.1 s.
BELL = [
    Mode(437.0, 6.0, 0.30, 0.2),
    Mode(1180.0, 14.0, 0.25, 1.0),
    Mode(1215.0, 9.0, 0.10, 2.0),
    Mode(2760.0, 30.0, 0.20, -1.0),
    Mode(4410.0, 60.0, 0.15, 0.0),
    Mode(7300.0, 120.0, 0.10, 0.5),
]


def make_sound(modes: list[Mode], *, noise_db: float = -np.inf, seed: int = 0) -> NDArray[np.float64]:
    """Return a second of modes, with white noise at a level re the loudest sample."""
    sound = rings(modes, RATE, sample_rate=RATE).sum(0)
    noise = np.random.default_rng(seed).standard_normal(RATE)
    return np.asarray(sound + 10 ** (noise_db / 20) * np.abs(sound).max() * noise)


def nearest(modes: list[Mode], wanted: Mode) -> Mode:
    """Return the found mode whose frequency is nearest."""
    return min(modes, key=lambda mode: abs(mode.frequency - wanted.frequency))


@pytest.mark.parametrize(("noise_db", "seed"), [(-np.inf, 0), (-60, 0), (-50, 1), (-50, 2), (-46, 3)])
def test_the_modes_of_a_bell_are_recovered(noise_db: float, seed: int) -> None:
    found, _ = extract_modes(make_sound(BELL, noise_db=noise_db, seed=seed), sample_rate=RATE)
    for wanted in BELL:
        mode = nearest(found, wanted)
        assert mode.frequency == pytest.approx(wanted.frequency, rel=0.01)  # issue 5, item 1
        assert mode.damping == pytest.approx(wanted.damping, rel=0.1)  # issue 5, item 1
        # The two close modes are matched one after the other: the first takes a little of the second.
        assert mode.amplitude == pytest.approx(wanted.amplitude, rel=0.1)


def test_modes_and_residual_add_up_to_the_sound() -> None:
    sound = make_sound(BELL, noise_db=-40)
    found, residual = extract_modes(sound, sample_rate=RATE)
    whole = rings(found, len(sound), sample_rate=RATE).sum(0) + residual
    np.testing.assert_allclose(whole, sound, atol=1e-12)  # rounding of a dozen subtractions


def test_little_but_the_noise_is_left_of_a_bell() -> None:
    noise = 10 ** (-50 / 20) * np.abs(make_sound(BELL)).max()
    _, residual = extract_modes(make_sound(BELL, noise_db=-50), sample_rate=RATE)
    assert residual[RATE // 2 :].std() == pytest.approx(noise, rel=0.05)  # a fit cannot follow 22050 samples


def test_modes_come_in_order_of_their_strength() -> None:
    found, _ = extract_modes(make_sound(BELL), sample_rate=RATE)
    assert [mode.amplitude for mode in found] == sorted((mode.amplitude for mode in found), reverse=True)


@settings(max_examples=15)
@given(
    frequency=st.floats(150, 9000),
    damping=st.floats(5, 300),
    phase=st.floats(-3, 3),
    amplitude=st.floats(1e-3, 1),
)
def test_any_single_mode_is_found(frequency: float, damping: float, phase: float, amplitude: float) -> None:
    sound = make_sound([Mode(frequency, damping, amplitude, phase)])
    found, residual = extract_modes(sound, sample_rate=RATE)
    assert found[0].frequency == pytest.approx(frequency, rel=0.01)
    assert found[0].damping == pytest.approx(damping, rel=0.1)
    assert (residual**2).sum() < 0.01 * (sound**2).sum()


def test_no_single_window_size_finds_what_all_of_them_find() -> None:
    close = [Mode(1000.0, 5.0, 0.3, 0.0), Mode(1030.0, 5.0, 0.3, 1.0)]
    brief = Mode(6000.0, 250.0, 0.6, 0.0)
    sound = make_sound([*close, brief])

    def is_found(window_seconds: tuple[float, ...], wanted: Mode) -> bool:
        modes, _ = extract_modes(sound, sample_rate=RATE, settings=Settings(window_seconds=window_seconds))
        return any(
            abs(mode.frequency - wanted.frequency) < 0.01 * wanted.frequency
            and abs(mode.damping - wanted.damping) < 0.1 * wanted.damping
            for mode in modes
        )

    every = Settings().window_seconds
    assert [is_found(every, mode) for mode in (*close, brief)] == [True, True, True]
    assert is_found(every[:1], brief)
    assert not is_found(every[:1], close[1])
    assert is_found(every[-1:], close[1])
    assert not is_found(every[-1:], brief)


def test_silence_has_no_modes() -> None:
    found, residual = extract_modes(np.zeros(RATE), sample_rate=RATE)
    assert found == []
    assert not residual.any()


def test_steady_sounds_have_no_modes(rng: np.random.Generator) -> None:
    for steady in (0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE), 0.1 * rng.standard_normal(RATE)):
        found, residual = extract_modes(steady, sample_rate=RATE)
        # A lucky bin of noise may decay; all of them together hold next to nothing of it.
        assert (residual**2).sum() > 0.95 * (steady**2).sum(), found


def test_a_sound_that_no_window_fits_into_is_refused() -> None:
    with pytest.raises(InputError, match="found an impact of 500 samples; expected 530 or more"):
        extract_modes(np.ones(500), sample_rate=RATE)


@pytest.mark.parametrize(
    "wrong", [{"window_seconds": ()}, {"n_modes": 0}, {"dampings": (5.0, 1.0)}, {"min_frames": 2}]
)
def test_settings_that_find_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="correct the settings"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_a_course_that_grows_or_stays_is_no_decay() -> None:
    options = {"hop_seconds": 0.01, "range_db": 30.0, "margin_db": 10.0}
    for slope in (5.0, 0.0):
        course = np.exp((slope + 100j) * 0.01 * np.arange(50))
        assert line_fit(course, 440.0, min_frames=4, **options) is None


def test_the_best_amplitude_of_a_missing_mode_is_next_to_nothing() -> None:
    sound = make_sound([Mode(1000.0, 10.0, 0.5, 0.0)])
    assert matched_mode(sound, frequency=5000.0, damping=10.0, sample_rate=RATE).amplitude < 0.005
