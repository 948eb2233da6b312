"""From windows to the sound of a clip: length, weights, seams, events."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from v2ra import config
from v2ra.errors import InputError
from v2ra.generation import generate_waveform, window_starts
from v2ra.generator import Generator
from v2ra.timing import PAPER, Timing

# Ten vectors of 20 values and one zero: as the paper's rates, 210 samples a second instead of 44,100.
TIMING = Timing(sample_rate=210, frame_rate=30, feature_size=20, frame_size=8)
HOPS = (1.0, 0.5, 0.2, 0.1)
# A sample is a sum of up to ten products in float32, each of size 1 or less.
ROUNDING = 2e-6


class Stub(nn.Module):
    """A generator whose sound is a function of absolute time; it reads from V where its window lies.

    Features of vector k hold k + 1 (see `clock`), so that the first value above zero tells the start.
    """

    def __init__(self, sound: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        super().__init__()
        self.sound = sound
        self.place = nn.Parameter(torch.zeros(1))  # generation asks a parameter for the device
        self.batches: list[int] = []

    def forward(self, windows: Tensor) -> Tensor:
        self.batches.append(len(windows))
        return torch.stack([self._window(window[0]) for window in windows])[:, None]

    def _window(self, window: Tensor) -> Tensor:
        first_values = window[:: TIMING.samples_per_vector]
        block = int(first_values.nonzero()[0])
        start = (int(first_values[block]) - 1 - block) * TIMING.samples_per_vector
        samples = np.arange(start, start + TIMING.n_samples(1), dtype=np.float64)
        return torch.from_numpy(self.sound(samples).astype(np.float32))


def clock(n_vectors: int) -> NDArray[np.float32]:
    """Return features that count their vectors from 1."""
    return np.repeat(np.arange(1, n_vectors + 1, dtype=np.float32)[:, None], TIMING.feature_size, axis=1)


def generated(
    stub: nn.Module, n_samples: int, *, hop_seconds: float = 1.0, **options: Any
) -> NDArray[np.float32]:
    """Return the sound of a clip of so many samples, at the small rates."""
    features = clock(TIMING.n_vectors(n_samples / TIMING.sample_rate))
    return generate_waveform(
        cast(Generator, stub),
        features,
        n_samples=n_samples,
        hop_seconds=hop_seconds,
        timing=TIMING,
        **options,
    )


def sine(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a sine whose phase is a function of absolute time."""
    return np.asarray(np.sin(2 * np.pi * samples / 37.3))


@given(n_samples=st.integers(1, 1500), hop_seconds=st.sampled_from(HOPS))
def test_the_sound_is_as_long_as_the_clip_and_the_weights_add_up_to_one(
    n_samples: int, hop_seconds: float
) -> None:
    sound = generated(Stub(np.ones_like), n_samples, hop_seconds=hop_seconds)
    assert sound.shape == (n_samples,)
    assert sound.dtype == np.float32
    # A constant stays one at every sample, the first and the last among them.
    np.testing.assert_allclose(sound, 1.0, atol=ROUNDING)


@given(n_seconds=st.floats(0.01, 6), hop_seconds=st.sampled_from(HOPS))
def test_a_sound_in_absolute_phase_passes_whole(n_seconds: float, hop_seconds: float) -> None:
    n_samples = max(TIMING.n_samples(n_seconds), 1)
    sound = generated(Stub(sine), n_samples, hop_seconds=hop_seconds)
    # No click, no delay, no change of level at any seam: the sine itself.
    np.testing.assert_allclose(sound, sine(np.arange(n_samples, dtype=np.float64)), atol=ROUNDING)


@pytest.mark.parametrize("n_samples", [210, 630, 700, 1])
def test_a_hop_of_one_second_sets_seconds_side_by_side(n_samples: int, rng: np.random.Generator) -> None:
    seconds = rng.uniform(-1, 1, (4, TIMING.n_samples(1)))

    def sound(samples: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(seconds[int(samples[0]) // TIMING.n_samples(1)])

    expected = seconds.ravel()[:n_samples].astype(np.float32)
    assert np.array_equal(generated(Stub(sound), n_samples), expected)


@pytest.mark.parametrize("hop_seconds", [0.5, 0.2, 0.1])
def test_seconds_that_do_not_fit_together_click_side_by_side_and_fade_with_a_hop(hop_seconds: float) -> None:
    def own_phase(samples: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.cos(2 * np.pi * (samples - samples[0]) / 47.0))  # each window starts at 1

    def largest_step(sound: NDArray[np.float32]) -> float:
        return float(np.abs(np.diff(sound)).max())

    slope = 2 * np.pi / 47.0  # of the sine itself
    # Beside the sine's own slope, weights move by at most π / window a sample, and there are 1 / hop of
    # them scaled by 2 · hop: together at most 2 π / window.
    fade = 2 * np.pi / TIMING.n_samples(1)
    assert largest_step(generated(Stub(own_phase), 840)) > 2 * (slope + fade)
    assert largest_step(generated(Stub(own_phase), 840, hop_seconds=hop_seconds)) < slope + fade


@pytest.mark.parametrize("hop_seconds", HOPS)
@pytest.mark.parametrize("n_samples", [840, 735])
def test_an_event_sounds_once_and_in_its_place(hop_seconds: float, n_samples: int) -> None:
    events = [0, 100, 209, 210, 211, 420, 555, 734]  # at the ends, at seams and beside them

    def clicks(samples: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.isin(samples, events).astype(np.float64)

    sound = generated(Stub(clicks), n_samples, hop_seconds=hop_seconds)
    assert np.flatnonzero(sound > ROUNDING).tolist() == events
    np.testing.assert_allclose(sound[events], 1.0, atol=ROUNDING)


@pytest.mark.parametrize("hop_seconds", HOPS)
@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_how_many_windows_run_at_a_time_changes_nothing(hop_seconds: float, batch_size: int) -> None:
    stub = Stub(sine)
    sound = generated(stub, 900, hop_seconds=hop_seconds, batch_size=batch_size)
    assert np.array_equal(sound, generated(Stub(sine), 900, hop_seconds=hop_seconds))
    assert max(stub.batches) <= batch_size


@given(n_vectors=st.integers(1, 60), hop_seconds=st.sampled_from(HOPS))
def test_windows_cover_every_vector_the_same_number_of_times(n_vectors: int, hop_seconds: float) -> None:
    starts = window_starts(n_vectors, hop_seconds=hop_seconds)
    covered = (starts[:, None] + np.arange(10)).ravel()
    counts = np.bincount(covered[(covered >= 0) & (covered < n_vectors)], minlength=n_vectors)
    assert set(counts.tolist()) == {round(1 / hop_seconds)}
    assert all(start + 10 > 0 and start < n_vectors for start in starts)  # no window lies outside


@pytest.mark.parametrize("hop_seconds", [0.0, 0.3, 0.25, 0.05, 1.5, 2.0, -0.5])
def test_a_hop_that_is_no_whole_fraction_is_refused(hop_seconds: float) -> None:
    with pytest.raises(
        InputError, match=rf"generation\.hop_seconds = {hop_seconds}; expected a whole fraction"
    ):
        window_starts(20, hop_seconds=hop_seconds)


def test_vectors_outside_the_clip_are_zero() -> None:
    seen: list[Tensor] = []

    class Recorder(Stub):
        def forward(self, windows: Tensor) -> Tensor:
            seen.extend(windows[:, 0])
            return super().forward(windows)

    generated(Recorder(sine), 13 * TIMING.samples_per_vector, hop_seconds=0.5)
    blocks = torch.stack(seen).reshape(len(seen), 10, -1)[..., 0].int().tolist()
    assert blocks == [
        [0, 0, 0, 0, 0, 1, 2, 3, 4, 5],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        [6, 7, 8, 9, 10, 11, 12, 13, 0, 0],
        [11, 12, 13, 0, 0, 0, 0, 0, 0, 0],
    ]


@pytest.fixture(scope="module")
def tiny() -> Generator:
    """Return a real generator of width 1 in evaluation mode."""
    torch.manual_seed(0)
    return Generator(config.Generator(base_width=1)).eval()


@pytest.mark.parametrize(("n_seconds", "hop_seconds"), [(1.0, 1.0), (2.345, 1.0), (1.05, 0.5), (0.04, 0.5)])
def test_a_real_generator_gives_finite_sound_of_the_exact_length(
    tiny: Generator, rng: np.random.Generator, n_seconds: float, hop_seconds: float
) -> None:
    features = rng.uniform(-1, 1, (PAPER.n_vectors(n_seconds), 4096)).astype(np.float16)
    options = {"n_samples": PAPER.n_samples(n_seconds), "hop_seconds": hop_seconds}
    sound = generate_waveform(tiny, features, **options)  # type: ignore[arg-type]  # an int and a float
    assert sound.shape == (PAPER.n_samples(n_seconds),)
    assert np.isfinite(sound).all()
    assert np.array_equal(sound, generate_waveform(tiny, features, **options))  # type: ignore[arg-type]


def test_a_real_generator_gives_its_own_seconds_side_by_side(
    tiny: Generator, rng: np.random.Generator
) -> None:
    features = rng.uniform(-1, 1, (20, 4096)).astype(np.float32)
    sound = generate_waveform(tiny, features, n_samples=88_200, hop_seconds=1.0)
    # V by hand: ten vectors a second, 314 zeros behind each.
    video_vector = np.pad(features, [(0, 0), (0, 314)]).reshape(2, 1, 44_100)
    with torch.no_grad():
        expected = tiny(torch.from_numpy(video_vector)).numpy().ravel()
    # The same network on the same batch: equal but for the kernels that inference mode may choose.
    np.testing.assert_allclose(sound, expected, atol=1e-6)


@pytest.mark.parametrize("switch", ["generator.noise_input", "generator.dropout_at_test"])
def test_a_generator_that_draws_noise_can_be_repeated_and_leaves_other_draws_alone(switch: str) -> None:
    torch.manual_seed(0)
    # Untrained layers let little through: with skip connections the noise surely reaches the sound.
    overrides = {switch: True, "generator.base_width": 2, "generator.skip_connections": True}
    settings = config.Config().with_overrides(overrides).generator
    generator = Generator(settings).eval()
    features = np.random.default_rng(0).uniform(-1, 1, (20, 4096)).astype(np.float32)

    def dub(seed: int) -> NDArray[np.float32]:
        return generate_waveform(generator, features, n_samples=88_200, hop_seconds=1.0, seed=seed)

    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = dub(0)
    assert torch.rand(1) == expected
    np.testing.assert_array_equal(dub(0), first)
    assert not np.array_equal(dub(1), first)
