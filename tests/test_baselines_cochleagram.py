"""A cochleagram tells bands and times apart, and both of its inversions find their way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.signal import hilbert

from v2ra.baselines.cochleagram import PADDING_FRAMES, Settings, cochleagram, erb_number, filter_bank
from v2ra.baselines.cochleagram_inversion import impose_on_noise, nearest_windows
from v2ra.errors import InputError
from v2ra.waveforms import Waveform

RATE = 44_100
SECOND = np.arange(RATE) / RATE


def impacts(seed: int = 0) -> Waveform:
    """Return two seconds of decaying tones and noise: struck things."""
    rng = np.random.default_rng(seed)
    sound = 1e-3 * rng.standard_normal(2 * RATE)
    for start in (0.3, 0.9, 1.4):
        first = int(start * RATE)
        time = np.arange(RATE // 2) / RATE
        tones = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(200, 6000, 4))
        sound[first : first + len(time)] += 0.1 * np.exp(-time / 0.05) * tones
    return sound.astype(np.float32)


def correlation(first: Waveform, second: Waveform) -> float:
    """Return the correlation of all values of two cochleagrams."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.mark.parametrize("settings", [Settings(), Settings(n_bands=3), Settings(low_hz=200, high_hz=8000)])
def test_the_filters_powers_add_up_to_one(settings: Settings) -> None:
    responses = filter_bank(45, settings).responses()
    assert len(responses) == settings.n_bands + 2
    assert np.allclose((responses**2).sum(0), 1, atol=1e-6)  # float32


def test_splitting_and_joining_gives_the_sound_back() -> None:
    sound = impacts()
    bank = filter_bank(180, Settings())
    assert bank.join(bank.split(sound))[: len(sound)] == pytest.approx(sound, abs=1e-6)  # float32


def test_silence_has_a_cochleagram_of_zeros_and_comes_back_as_silence() -> None:
    bands = cochleagram(np.zeros(RATE, np.float32))
    assert not bands.any()
    assert not impose_on_noise(bands, n_samples=RATE, n_iterations=3, rng=np.random.default_rng(0)).any()


@pytest.mark.parametrize("frequency", [100.0, 440.0, 1000.0, 5000.0, 12000.0])
def test_a_tone_is_loudest_in_its_band_and_silent_two_bands_away(frequency: float) -> None:
    bands = cochleagram(np.sin(2 * np.pi * frequency * SECOND))[20:70]  # away from where it begins and ends
    low, high = erb_number([50.0, 20000.0])
    step = (erb_number(frequency) - low) / (high - low) * 41
    expected = np.cos(np.pi / 2 * np.abs(np.arange(42) - step).clip(0, 1)) ** 0.3
    inside = expected > 0.1  # cos(π / 2) is not 0 exactly
    assert bands.mean(0)[inside] == pytest.approx(expected[inside], abs=0.02)  # it is cut at both ends
    assert (bands[:, ~inside] < 0.15).all()  # −55 dB before compression: what the cut ends leave


def test_an_impulse_is_heard_in_its_frame_in_every_band() -> None:
    sound = np.zeros(RATE, np.float32)
    sound[22_000] = 1.0  # frame 44 runs from 21560 to 22050
    bands = cochleagram(sound)
    assert (bands[:, 15:].argmax(0) == 44).all()
    assert (np.abs(bands.argmax(0) - 44) <= 1).all()  # the lowest bands ring for longer than a frame


def test_the_level_enters_by_its_exponent() -> None:
    sound = impacts()
    assert cochleagram(sound / 2) == pytest.approx(cochleagram(sound) * 0.5**0.3, rel=1e-3, abs=1e-3)


def test_decimated_bands_have_the_envelopes_of_the_full_rate() -> None:
    """The slow path: filter the whole spectrum, Hilbert transform at 44.1 kHz, mean in each frame."""
    sound = impacts()
    bank = filter_bank(180, Settings())
    spectrum = np.fft.rfft(sound, bank.n_fft)
    slow = []
    for response in bank.responses():
        band = np.abs(hilbert(np.fft.irfft(spectrum * response, bank.n_fft)))
        slow.append(band.reshape(180 + PADDING_FRAMES, 490).mean(1)[:180])
    # A mean over 48 samples of a frame stands for one over 490: faint frames of noise differ a little.
    difference = np.abs(cochleagram(sound) - np.stack(slow, 1) ** 0.3)
    assert difference.max() < 0.02
    assert difference.mean() < 5e-4


@given(n_samples=st.integers(1, 3000))
@hypothesis_settings(max_examples=15)
def test_the_frames_cover_a_sound_of_any_length(n_samples: int) -> None:
    bands = cochleagram(np.ones(n_samples, np.float32))
    assert bands.shape == (-(-n_samples // 490), 42)
    assert np.isfinite(bands).all()
    assert (bands >= 0).all()


def test_an_inverted_sound_has_nearly_the_cochleagram_that_was_asked_for() -> None:
    target = cochleagram(impacts())
    found = [
        correlation(
            target,
            cochleagram(
                impose_on_noise(target, n_samples=2 * RATE, n_iterations=n, rng=np.random.default_rng(0))
            ),
        )
        for n in (1, 10)
    ]
    # 0.904 and 0.974 here, three decays from near silence; clips of a category reach more than 0.99.
    assert found[0] > 0.88
    assert found[1] > 0.96
    assert found[1] > found[0]


def test_the_noise_depends_on_the_seed_alone() -> None:
    target = cochleagram(impacts())
    first, again, other = (
        impose_on_noise(target, n_samples=2 * RATE, n_iterations=1, rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_example_is_nearest_to_itself() -> None:
    bands = cochleagram(impacts())
    windows = np.lib.stride_tricks.sliding_window_view(bands, 9, axis=0)[20:60:9].transpose(0, 2, 1)
    assert nearest_windows(windows, windows).tolist() == list(range(len(windows)))


def test_the_nearest_example_is_that_of_the_same_strike() -> None:
    clean, noisy = (cochleagram(impacts(1)), cochleagram(impacts(1) + 0.001 * impacts(2)))
    examples = np.stack([clean[first : first + 9] for first in (25, 79, 124)])
    queries = np.stack([noisy[first : first + 9] for first in (124, 25)])
    assert nearest_windows(queries, examples).tolist() == [2, 0]


@pytest.mark.parametrize("shapes", [((1, 9, 42), (0, 9, 42)), ((1, 9, 42), (1, 8, 42)), ((9, 42), (9, 42))])
def test_windows_that_do_not_fit_together_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(InputError, match="cut them alike"):
        nearest_windows(*(np.zeros(shape, np.float32) for shape in shapes))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"n_bands": 0}, "found 0 bands"),
        ({"low_hz": 0.0}, "from 0 to"),
        ({"high_hz": 30_000.0}, "below 22050 Hz"),
        ({"envelope_rate": 91}, "expected a divisor of the rate"),
        ({"exponent": 0.0}, "exponent 0"),
    ],
)
def test_settings_that_no_bank_follows_from_are_refused(keys: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings(**keys)  # type: ignore[arg-type]


def test_a_cochleagram_that_is_none_is_refused() -> None:
    target = np.zeros((90, 42), np.float32)
    with pytest.raises(InputError, match=r"expected \(180, 42\)"):
        impose_on_noise(target, n_samples=2 * RATE, n_iterations=1, rng=np.random.default_rng(0))
    broken = target.copy()
    broken[3, 4] = np.nan
    with pytest.raises(InputError, match="1 values not finite"):
        impose_on_noise(broken, n_samples=RATE, n_iterations=1, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="found 0 iterations"):
        impose_on_noise(target, n_samples=RATE, n_iterations=0, rng=np.random.default_rng(0))
