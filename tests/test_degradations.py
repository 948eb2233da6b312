"""Degradations: nothing at severity 0, more with more, known pixels, and other ways to the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from v2ra.degradations import DEGRADATIONS, OVEREXPOSURE, Frames, degraded, held_frames
from v2ra.errors import InputError

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 12), st.integers(1, 12), st.just(3))
some_frames = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape))
names = st.sampled_from(list(DEGRADATIONS))
each_kind = pytest.mark.parametrize("name", DEGRADATIONS)


def noise(*shape: int) -> Frames:
    """Return random frames."""
    return np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)


def severities(name: str) -> st.SearchStrategy[float]:
    """Return severities that mean something for a degradation."""
    known = DEGRADATIONS[name]
    if known.whole:
        return st.integers(0, 40).map(float)
    return st.floats(0, min(known.most, 16.0))


@given(frames=some_frames, name=names)
def test_severity_zero_changes_no_pixel(frames: Frames, name: str) -> None:
    np.testing.assert_array_equal(degraded(frames, name, 0), frames)


@given(frames=some_frames, name=names, data=st.data())
def test_frames_keep_their_shape_and_type_and_what_went_in_stays(
    frames: Frames, name: str, data: st.DataObject
) -> None:
    before = frames.copy()
    after = degraded(frames, name, data.draw(severities(name)))
    assert after.shape == frames.shape
    assert after.dtype == np.uint8
    assert not np.shares_memory(after, frames)
    np.testing.assert_array_equal(frames, before)


@given(frames=some_frames, name=st.sampled_from([*OVEREXPOSURE, "darkness"]), data=st.data())
def test_every_pixel_grows_lighter_with_overexposure_and_darker_with_darkness(
    frames: Frames, name: str, data: st.DataObject
) -> None:
    less, more = sorted(data.draw(st.tuples(severities(name), severities(name))))
    change = degraded(frames, name, more).astype(int) - degraded(frames, name, less)
    assert (change <= 0).all() if name == "darkness" else (change >= 0).all()


@given(data=st.data())
def test_what_is_covered_stays_covered_as_the_cover_grows(data: st.DataObject) -> None:
    less, more = sorted(data.draw(st.tuples(severities("occlusion"), severities("occlusion"))))
    frames = np.zeros((1, 37, 52, 3), np.uint8)
    small, large = (degraded(frames, "occlusion", severity) > 0 for severity in (less, more))
    assert (large | ~small).all()


def test_blur_and_held_frames_leave_less_the_stronger_they_are() -> None:
    frames = noise(30, 32, 32)
    spread = [degraded(frames, "blur", severity).std() for severity in (0, 4, 16, 64)]
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] < 0.2 * spread[0]
    seen = [len(np.unique(held_frames(30, severity))) for severity in range(30)]
    assert seen == sorted(seen, reverse=True)
    assert (seen[0], seen[2], seen[29]) == (30, 10, 1)


@pytest.mark.parametrize("name", [*OVEREXPOSURE, "darkness"])
def test_a_tone_curve_is_what_the_formula_says_pixel_by_pixel(name: str) -> None:
    severity = 0.5 if name == "clipping" else 2.0
    frames = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    for level, found in zip(range(256), degraded(frames, name, severity)[0, :, :, 0].ravel(), strict=True):
        share = level / 255
        expected = {
            "gain": min(1.0, (share**2.2 * 2**severity) ** (1 / 2.2)),  # twice two stops of light
            "gamma": share ** (1 / 2**severity),
            "clipping": 1.0 if share >= 1 - severity else share,
            "darkness": (share**2.2 / 2**severity) ** (1 / 2.2),
        }[name]
        assert found == round(255 * expected)


def test_the_same_stops_of_darkness_undo_gain_where_nothing_was_cut() -> None:
    frames = np.arange(120, dtype=np.uint8).reshape(1, 10, 12, 1).repeat(3, axis=3)  # · 1.88 stays below 255
    back = degraded(degraded(frames, "gain", 2), "darkness", 2)
    assert (
        np.abs(back.astype(int) - frames).max() == 0
    )  # half a step of the lighter levels is less than one here


def test_all_levels_clipped_is_white_and_gamma_moves_neither_black_nor_white() -> None:
    assert (degraded(noise(2, 8, 8), "clipping", 1.0) == 255).all()
    ends = np.array([0, 255, 0], np.uint8).reshape(1, 1, 1, 3)
    np.testing.assert_array_equal(degraded(ends, "gamma", 3), ends)


def test_blur_agrees_with_scipy_and_keeps_the_light() -> None:
    frames = noise(1, 64, 64)
    deviation = 6 * 64 / 256  # the severity is in pixels of a frame 256 high
    other = gaussian_filter(
        frames[0].astype(float), (deviation, deviation, 0), mode="mirror", radius=(5, 5, 0)
    )
    found = degraded(frames, "blur", 6)[0]
    assert np.abs(found - other).max() < 0.51  # rounded to whole levels
    assert found.mean() == pytest.approx(frames.mean(), rel=0.01)  # but for what the border mirrors


@given(n_frames=st.integers(1, 50), n_more=st.integers(0, 60))
def test_held_frames_agree_with_a_loop_that_remembers(n_frames: int, n_more: int) -> None:
    seen, shown = [], 0
    for frame in range(n_frames):
        if frame % (n_more + 1) == 0:
            shown = frame
        seen.append(shown)
    assert held_frames(n_frames, n_more).tolist() == seen


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 1.0])
def test_the_cover_has_the_stated_share_of_the_area(share: float) -> None:
    covered = degraded(np.zeros((2, 256, 256, 3), np.uint8), "occlusion", share) == 128
    assert covered.mean() == pytest.approx(share, abs=0.004)  # a row and a column of 256 rounded


@each_kind
def test_a_severity_that_means_nothing_is_refused(name: str) -> None:
    frames = noise(1, 4, 4)
    for severity in (-1, DEGRADATIONS[name].most + 1, float("nan")):
        with pytest.raises(InputError, match=f"found {name} of severity"):
            degraded(frames, name, severity)


def test_half_a_held_frame_an_unknown_name_and_other_frames_are_refused() -> None:
    with pytest.raises(InputError, match="expected a whole number from 0 to 900"):
        degraded(noise(1, 4, 4), "low_frame_rate", 1.5)
    with pytest.raises(InputError, match="found the degradation 'fog'; expected one of gain"):
        degraded(noise(1, 4, 4), "fog", 1)
    for frames in (np.zeros((4, 4, 3), np.uint8), np.zeros((1, 4, 4, 3)), np.zeros((0, 4, 4, 3), np.uint8)):
        with pytest.raises(InputError, match="expected uint8"):
            degraded(frames, "gain", 1)  # type: ignore[arg-type]  # what a caller might do
