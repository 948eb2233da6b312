"""Onsets read from features, and recorded grains at them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.baselines import onset_grain, onset_readout
from v2ra.baselines.onset_curve import onset_curve, pick_onsets
from v2ra.baselines.onset_readout import fit_onsets, lagged
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.synchrony import onset_f_measure
from v2ra.timing import PAPER

RATE, HOP = 44_100, 4410
N_FEATURES = 64
GRID = {"slot_seconds": 0.025, "wait_seconds": 0.25}


def make_clip(name: str, split: str, seed: int, *, n_vectors: int = 80) -> EncodedClip:
    """Return a clip of hits at times between the vectors; what is seen swells and fades within ±0.15 s of each.

    A hit has one of two pitches, and each pitch a look of its own.
    """
    rng = np.random.default_rng([3, seed])
    looks = np.random.default_rng(0).standard_normal((2, N_FEATURES))
    features, sound = 0.2 * rng.standard_normal((n_vectors, N_FEATURES)), np.zeros((n_vectors + 5) * HOP)
    times = np.cumsum(rng.uniform(0.45, 0.9, 30))
    times = times[times < n_vectors / 10 - 0.5]
    for time, pitch in zip(times, rng.integers(2, size=len(times)), strict=True):
        since = np.arange(n_vectors) / 10 + 0.066 - time  # a vector is read from the last of three frames
        features += np.outer(np.clip(1 - np.abs(since) / 0.15, 0, 1), 1 + looks[pitch])
        start, decay = round(time * RATE), np.exp(-np.arange(2 * HOP) / 1500)
        sound[start : start + 2 * HOP] += 0.5 * decay * np.sin((0.1, 0.4)[pitch] * np.arange(2 * HOP))
    sound = sound[: n_vectors * HOP] + 1e-3 * rng.standard_normal(n_vectors * HOP)
    whole = quantise(sound.astype(np.float32))
    return EncodedClip(name, split, (3 + features).astype(np.float16), whole, times)


@pytest.fixture(scope="module")
def pack() -> Pack:
    clips = [make_clip(f"train{k}", "train", k) for k in range(6)]
    return Pack("wood", (*clips, *(make_clip(f"test{k}", "test", 50 + k) for k in range(2))), {})


@pytest.fixture(scope="module")
def system(pack: Pack) -> onset_grain.OnsetGrain:
    return onset_grain.fit(pack)


@given(st.floats(0.05, 1.95))
def test_a_bump_is_placed_between_the_points_of_the_grid(time: float) -> None:
    curve = onset_curve(np.array([time]), n_slots=80, slot_seconds=0.025, bump_seconds=0.03)
    # A parabola through three points of a Gaussian is off by less than a tenth of their distance.
    assert pick_onsets(curve, threshold=0.3, **GRID) == pytest.approx([time], abs=0.0025)


def test_bumps_at_the_ends_are_found() -> None:
    curve = onset_curve(np.array([0.0, 2.0]), n_slots=80, slot_seconds=0.025, bump_seconds=0.03)
    np.testing.assert_allclose(pick_onsets(curve, threshold=0.3, **GRID), [0.0125, 1.9875], atol=0.0126)


def test_low_and_close_peaks_do_not_count() -> None:
    curve = np.zeros(80)
    curve[[10, 16, 40]] = [1.0, 0.8, 0.2]  # 0.15 s apart; under the threshold
    np.testing.assert_allclose(pick_onsets(curve, threshold=0.3, **GRID), [10.5 * 0.025])
    assert not len(pick_onsets(np.zeros(80), threshold=0.3, **GRID))


def test_no_onsets_are_a_flat_curve() -> None:
    assert not onset_curve(np.zeros(0), n_slots=5, slot_seconds=0.1, bump_seconds=0.1).any()


def test_onsets_of_unseen_clips_are_read_to_within_the_score_s_tolerance(
    pack: Pack, system: onset_grain.OnsetGrain
) -> None:
    for clip in pack.part("test"):
        found = system.readout(clip.features)
        assert len(found) == len(clip.event_times)
        # Vectors are 100 ms apart; ±50 ms is what the onset F-measure allows.
        assert np.abs(found - clip.event_times).max() < 0.05
        assert np.abs(found - clip.event_times).mean() < 0.025


def test_grains_sound_at_the_onsets_and_not_at_those_of_another_clip(
    pack: Pack, system: onset_grain.OnsetGrain
) -> None:
    first, second = pack.part("test")
    for clip, other in ((first, second), (second, first)):
        own, mismatched = (
            onset_f_measure(clip.event_times, detect_onsets(system.synthesise(c), sample_rate=RATE)).f_measure
            for c in (clip, other)
        )
        assert own > 0.95
        assert mismatched < 0.5


def test_a_grain_is_one_that_looks_alike(pack: Pack, system: onset_grain.OnsetGrain) -> None:
    def is_high(sound: np.ndarray, time: float) -> bool:
        start = round(time * RATE)
        return bool(np.abs(np.fft.rfft(sound[start : start + HOP])).argmax() > 0.03 * HOP)

    clip = pack.part("test")[0]
    sound = system.synthesise(clip)
    wanted = [is_high(clip.waveform, time) for time in clip.event_times]
    assert len(set(wanted)) == 2
    assert [is_high(sound, time) for time in clip.event_times] == wanted


def test_the_longest_grains_are_those_of_the_settings(pack: Pack) -> None:
    short = onset_grain.fit(pack, onset_grain.Settings(grain_seconds=0.2))
    n_fade = round(0.002 * RATE)
    assert {len(grain) for grain in short.grains} == {n_fade + round(0.2 * RATE)}
    n_events = sum(len(clip.event_times) for clip in pack.part("train"))
    assert len(short.grains) == len(short.looks) == n_events


def test_draws_depend_on_the_seed_and_only_where_there_is_a_choice(
    pack: Pack, system: onset_grain.OnsetGrain
) -> None:
    clip = pack.part("test")[0]
    np.testing.assert_array_equal(system.synthesise(clip), system.synthesise(clip, seed=1))
    several = onset_grain.fit(pack, onset_grain.Settings(n_alike=3))
    np.testing.assert_array_equal(several.synthesise(clip), several.synthesise(clip))
    assert not np.array_equal(several.synthesise(clip), several.synthesise(clip, seed=1))


def test_it_reads_no_annotation_and_hears_nothing_of_the_clip(
    pack: Pack, system: onset_grain.OnsetGrain
) -> None:
    clips = [replace(clip, event_times=np.zeros(0)) for clip in pack.clips]
    clips[6:] = [replace(clip, sound=np.zeros_like(clip.sound)) for clip in clips[6:]]
    again = onset_grain.fit(Pack("wood", tuple(clips), {}))
    np.testing.assert_array_equal(again.synthesise(clips[6]), system.synthesise(pack.clips[6]))


def test_a_clip_in_which_nothing_moves_is_silent(pack: Pack, system: onset_grain.OnsetGrain) -> None:
    clip = pack.part("test")[0]
    still = replace(clip, features=np.ones_like(clip.features))
    sound = system.synthesise(still)
    assert sound.shape == clip.sound.shape
    assert not sound.any()


def test_the_threshold_is_one_at_which_unseen_clips_are_read_well(pack: Pack) -> None:
    clips = pack.part("train")
    features, onsets = [clip.features for clip in clips], [clip.event_times for clip in clips]
    chosen = fit_onsets(features, onsets).threshold
    assert 0.1 < chosen < 0.7  # inside of what is offered: at an end more would have to be
    only = onset_readout.Settings(thresholds=(0.01, 5.0))
    assert fit_onsets(features, onsets, only).threshold == 0.01  # at 5 nothing would be found


def test_the_numbers_that_were_fitted_are_counted(system: onset_grain.OnsetGrain) -> None:
    assert system.n_parameters == 4 * 4 * N_FEATURES + 4 + 1


def test_one_clip_or_silence_is_refused(pack: Pack) -> None:
    with pytest.raises(InputError, match="found 1 clips with 12 onsets; expected two clips"):
        onset_grain.fit(Pack("wood", pack.clips[:1], {}))
    silent = [replace(clip, sound=np.zeros_like(clip.sound)) for clip in pack.clips]
    with pytest.raises(InputError, match="found 6 clips with 0 onsets"):
        onset_grain.fit(Pack("wood", tuple(silent), {}))


@pytest.mark.parametrize("wrong", [{"n_alike": 0}, {"lags": ()}, {"grain_seconds": 0.01}])
def test_settings_without_a_grain_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="correct the settings"):
        onset_grain.Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"n_folds": 1}, {"thresholds": ()}, {"ridge": 0.0}, {"wait_seconds": -1.0}]
)
def test_settings_without_a_curve_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="correct the settings"):
        onset_readout.Settings(**wrong)  # type: ignore[arg-type]


def test_the_threshold_is_chosen_on_curves_of_clips_that_the_fit_did_not_see(
    rng: np.random.Generator,
) -> None:
    # Features of chance: of its own clips a fit knows the onsets by heart, of others it knows nothing.
    features = [rng.normal(size=(40, 400)) for _ in range(4)]
    onsets = [np.sort(rng.choice(np.arange(1.0, 8.0), 4, replace=False)) * 0.5 for _ in range(4)]
    settings = onset_readout.Settings(n_folds=4)  # one clip each

    def threshold(*, own_too: bool) -> float:
        curves = []
        for clip in range(4):
            known = [other for other in range(4) if own_too or other != clip]
            part = fit_onsets([features[k] for k in known], [onsets[k] for k in known], settings)
            rows = lagged(scale_features(features[clip], mode=settings.scaling), settings.lags)
            curves.append((rows @ part.weights + part.offset).ravel())
        return onset_readout._best_threshold(curves, onsets, settings, PAPER)

    assert fit_onsets(features, onsets, settings).threshold == threshold(own_too=False)
    assert threshold(own_too=False) != threshold(own_too=True)
