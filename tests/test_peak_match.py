"""Algorithm 1 on signals whose answer is known, in both modes."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal

from v2ra.errors import InputError
from v2ra.peak_match import FADE_IN_SECONDS, peak_match
from v2ra.scheme_settings import Level, Mode

Array = NDArray[np.float64]
RATE = 8000
MODES: tuple[Mode, ...] = ("literal", "corrected")


def algorithm_1(generated: Array, recording: Array, *, interval: int) -> Array:
    """Write Algorithm 1 out line by line, with the peaks in turn and cut grains."""
    positions = [i for i in signal.argrelmax(generated)[0] if generated[i] >= 0.1]
    offered = [i for i in signal.argrelmax(recording)[0] if recording[i] >= 0.1]
    output = np.zeros(len(generated))
    for i, position in enumerate(positions):
        start = offered[i % len(offered)]
        for k in range(interval):
            if position + k < len(output) and start + k < len(recording):
                output[position + k] = generated[position] * recording[start + k]
    return output


def make_hits(starts: list[float], heights: list[float], *, n_seconds: float, pitch: float = 600) -> Array:
    """Return damped tones at given times with given peaks and an attack of 10 ms."""
    sound = np.zeros(round(n_seconds * RATE))
    seconds = np.arange(round(0.2 * RATE)) / RATE
    hit = np.sin(2 * np.pi * pitch * seconds) * np.minimum(seconds / 0.01, 1) * np.exp(-seconds / 0.03)
    for start, height in zip(starts, heights, strict=True):
        place = sound[round(start * RATE) :][: len(hit)]
        place += height / np.abs(hit).max() * hit[: len(place)]
    return sound


# --- literal


def test_the_literal_mode_is_algorithm_1(rng: np.random.Generator) -> None:
    generated, recording = rng.uniform(-0.5, 0.5, 3000), rng.uniform(-0.5, 0.5, 500)
    expected = algorithm_1(generated, recording, interval=80)
    matched = peak_match(generated, recording, sample_rate=RATE, grain_seconds=0.01, level="none")
    np.testing.assert_allclose(matched.waveform, expected, rtol=0, atol=1e-7)  # float32
    assert len(matched.positions) > 200


def test_a_later_grain_overwrites_an_earlier_one() -> None:
    generated = np.zeros(100)
    generated[[20, 30]] = [0.5, 1.0]
    recording = np.concatenate([[0.0, 1.0], np.full(30, 0.5)])
    matched = peak_match(generated, recording, sample_rate=100, grain_seconds=0.2, level="none").waveform
    np.testing.assert_allclose(matched[[19, 20, 21, 29]], [0, 0.5, 0.25, 0.25])
    np.testing.assert_allclose(matched[[30, 31, 49, 50]], [1, 0.5, 0.5, 0])


def test_the_peaks_of_the_recording_are_used_in_turn() -> None:
    generated, recording = np.zeros(100), np.zeros(30)
    generated[[10, 30, 50, 70]] = 1
    recording[[5, 15]] = [0.2, 0.4]
    matched = peak_match(generated, recording, sample_rate=100, grain_seconds=0.05, level="none")
    assert matched.grains.tolist() == [0, 1, 0, 1]
    assert matched.recording_starts.tolist() == [5, 15, 5, 15]
    np.testing.assert_allclose(matched.waveform[[10, 30, 50, 70]], [0.2, 0.4, 0.2, 0.4])


def test_the_literal_mode_squares_the_dynamics_and_the_corrected_one_does_not() -> None:
    sound = make_hits([0.5, 1.0], [0.8, 0.2], n_seconds=2)
    literal = peak_match(sound, sound, sample_rate=RATE, level="none")
    ratio = np.abs(literal.waveform[8000:]).max() / np.abs(literal.waveform[:8000]).max()
    assert ratio < 0.2  # 0.2² over 0.8² would be 0.06; grains of other heights stand in between
    corrected = peak_match(sound, sound, sample_rate=RATE, mode="corrected", level="none")
    ratio = np.abs(corrected.waveform[8000:]).max() / np.abs(corrected.waveform[:8000]).max()
    assert ratio == pytest.approx(0.25, rel=0.01)


# --- corrected


def test_a_sound_matched_with_itself_comes_back() -> None:
    sound = make_hits([0.3, 0.9, 1.5], [0.9, 0.3, 0.6], n_seconds=2)
    matched = peak_match(sound, sound, sample_rate=RATE, mode="corrected")
    assert matched.grains.tolist() == [0, 1, 2]
    # What is lost is what lies before the onset, at a fifth of the rise.
    assert np.sum((matched.waveform - sound) ** 2) < 0.02 * np.sum(sound**2)


def test_grains_land_on_the_onsets_with_their_attacks_and_the_wanted_heights() -> None:
    times, heights = [0.31, 0.93, 1.52], [0.9, 0.15, 0.4]
    generated = make_hits(times, heights, n_seconds=2)
    recording = make_hits([0.2, 0.8], [0.5, 0.5], n_seconds=1.2, pitch=1500)
    matched = peak_match(generated, recording, sample_rate=RATE, mode="corrected", level="none")
    for time, height in zip(times, heights, strict=True):
        event = np.abs(matched.waveform[round((time - 0.05) * RATE) : round((time + 0.25) * RATE)])
        assert event.max() == pytest.approx(height, rel=0.02)
        # Onsets are at a fifth of an attack of 10 ms in both, give or take a period of 600 Hz.
        assert abs(np.flatnonzero(event > 0.1 * height)[0] / RATE - 0.05) < 0.004
    assert matched.recording_starts.max() < round(0.81 * RATE)


def test_grains_are_chosen_by_level_and_in_turn_among_equals() -> None:
    generated = make_hits([0.3, 0.8, 1.3, 1.8], [0.9, 0.2, 0.9, 0.2], n_seconds=2.3)
    recording = make_hits([0.2, 0.7, 1.2, 1.7], [0.12, 0.5, 0.11, 0.45], n_seconds=2.2)
    matched = peak_match(generated, recording, sample_rate=RATE, mode="corrected")
    assert matched.grains.tolist() == [1, 2, 3, 0]  # 0.2 lies 13.1 dB under 0.9, 0.11 under 0.5 too


def test_a_grain_ends_where_the_recording_goes_on_to_its_next_event() -> None:
    generated = make_hits([0.5], [0.8], n_seconds=3)
    recording = make_hits([0.2, 0.6], [0.8, 0.4], n_seconds=1)
    matched = peak_match(generated, recording, sample_rate=RATE, mode="corrected", grain_seconds=2)
    assert matched.grains.tolist() == [0]
    assert not matched.waveform[round(0.95 * RATE) :].any()


def test_a_grain_gives_way_to_the_next_without_a_jump() -> None:
    # A steady tone after the attack: the sum of two fades that add up to one has no step.
    seconds = np.arange(2 * RATE) / RATE
    recording = np.where(seconds > 0.1, 0.5 * np.sin(2 * np.pi * 200 * seconds), 0)
    generated = make_hits([0.4, 0.8], [0.5, 0.5], n_seconds=1.5)
    matched = peak_match(generated, recording, sample_rate=RATE, mode="corrected", grain_seconds=0.8)
    assert len(matched.positions) == 2
    step = np.abs(np.diff(matched.waveform))
    n_fade = round(FADE_IN_SECONDS * RATE)
    # The slope of the tone and of a fade in 2 ms; a cut would step by up to the peak, 0.5.
    assert step.max() < 0.5 * (2 * np.pi * 200 / RATE + np.pi / 2 / n_fade) * 1.1


# --- both


@pytest.mark.parametrize("mode", MODES)
def test_levels_are_as_asked_for(mode: Mode, rng: np.random.Generator) -> None:
    generated = make_hits([0.3, 0.9], [0.6, 0.3], n_seconds=1.5) + 0.01 * rng.standard_normal(12_000)
    recording = make_hits([0.2, 0.8], [0.3, 0.5], n_seconds=1.2, pitch=1500)

    def matched(level: Level) -> Array:
        found = peak_match(generated, recording, sample_rate=RATE, mode=mode, level=level).waveform
        return found.astype(np.float64)

    assert np.abs(matched("peak")).max() == pytest.approx(np.abs(generated).max(), rel=1e-6)
    assert np.abs(matched("full_scale")).max() == pytest.approx(1, rel=1e-6)
    assert np.mean(matched("rms") ** 2) == pytest.approx(np.mean(generated**2), rel=1e-5)
    plain = matched("none")
    np.testing.assert_allclose(matched("full_scale"), plain / np.abs(plain).max(), atol=1e-6)


@settings(max_examples=30)
@given(
    n_samples=st.integers(1, 20_000),
    n_recording=st.integers(3, 20_000),
    grain_seconds=st.floats(1e-6, 3),
    mode=st.sampled_from(MODES),
    seed=st.integers(0, 999),
)
def test_any_lengths_give_a_finite_sound_as_long_as_the_generated_one(
    n_samples: int, n_recording: int, grain_seconds: float, mode: Mode, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    generated = rng.uniform(-1, 1, n_samples) * (rng.uniform(size=n_samples) < 0.001)
    recording = rng.uniform(-0.05, 0.05, n_recording)
    recording[rng.integers(1, n_recording - 1)] = 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no peak in the sound: tested below
        matched = peak_match(generated, recording, sample_rate=RATE, mode=mode, grain_seconds=grain_seconds)
    assert matched.waveform.shape == (n_samples,)
    assert matched.waveform.dtype == np.float32
    assert np.isfinite(matched.waveform).all()
    sizes = {len(getattr(matched, name)) for name in ("positions", "heights", "starts", "grains")}
    assert sizes == {len(matched.recording_starts)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sound", [np.zeros(RATE), np.full(RATE, 0.05), np.ones(1)], ids=["0", "DC", "one"])
def test_a_sound_without_a_peak_becomes_silence_with_a_warning(sound: Array, mode: Mode) -> None:
    recording = make_hits([0.2], [0.5], n_seconds=1)
    with pytest.warns(UserWarning, match=r"no peak of the sound reaches 0\.1: the result is silent"):
        matched = peak_match(sound, recording, sample_rate=RATE, mode=mode)
    assert matched.waveform.shape == sound.shape
    assert not matched.waveform.any()
    assert len(matched.positions) == len(matched.grains) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_recording_shorter_than_a_grain_is_used_to_its_end(mode: Mode) -> None:
    generated = make_hits([0.3], [0.8], n_seconds=2)
    recording = make_hits([0.01], [0.8], n_seconds=0.06)
    matched = peak_match(generated, recording, sample_rate=RATE, mode=mode, grain_seconds=1)
    last = int(matched.starts[-1]) + len(recording) - int(matched.recording_starts[-1])
    assert not matched.waveform[max(last, round(0.4 * RATE)) :].any()
    assert matched.waveform.any()


@pytest.mark.parametrize("mode", MODES)
def test_a_clipped_sound_and_one_with_an_offset_are_matched(mode: Mode) -> None:
    recording = make_hits([0.2], [0.5], n_seconds=1)
    sound = make_hits([0.3, 0.9], [0.8, 0.8], n_seconds=1.5)
    for altered in (np.clip(3 * sound, -1, 1), sound + 0.05):
        matched = peak_match(altered, recording, sample_rate=RATE, mode=mode)
        assert len(matched.positions) >= 2
        assert np.abs(matched.waveform).max() == pytest.approx(np.abs(altered).max(), rel=1e-6)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("sound", "recording", "options", "message"),
    [
        (np.ones(9), np.zeros(9), {}, r"found no peak of 0\.1 in the recording, whose largest sample is 0;"),
        (np.ones(9), np.full(9, 0.5), {"min_height": 0.6}, r"no peak of 0\.6 in .* is 0\.5; .*take another"),
        (np.ones(9), np.array([np.nan]), {}, "1 samples that are NaN"),
        (np.array([np.inf]), np.ones(9), {}, "1 samples that are NaN or infinite"),
        (np.ones((2, 9)), np.ones(9), {}, r"found a waveform \(2, 9\)"),
        (np.ones(9), np.zeros(0), {}, "without samples"),
        (
            np.ones(9),
            np.ones(9),
            {"grain_seconds": 0.0},
            r"found grain_seconds = 0\.0; expected a number above 0",
        ),
        (np.ones(9), np.ones(9), {"min_height": np.nan}, "found min_height = nan"),
        (np.ones(9), np.ones(9), {"level": "loud"}, "found level 'loud'; expected one of peak, rms"),
    ],
)
def test_what_cannot_be_used_is_refused(
    sound: Array, recording: Array, options: dict[str, float], message: str, mode: Mode
) -> None:
    with pytest.raises(InputError, match=message):
        peak_match(sound, recording, sample_rate=RATE, mode=mode, **options)  # type: ignore[arg-type]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match="found mode 'best'; expected one of literal, corrected"):
        peak_match(np.ones(9), np.ones(9), sample_rate=RATE, mode="best")  # type: ignore[arg-type]
