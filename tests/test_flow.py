"""Tests of the optical flow on pictures whose motion is known."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.flow import UNIT_SIZE, flow_magnitude, flow_peaks

Frames = list[NDArray[np.uint8]]


def texture(rng: np.random.Generator, *, size: int = 256) -> NDArray[np.uint8]:
    """Return a picture with detail of some ten pixels, which flow can follow."""
    small = rng.integers(0, 256, (size // 8, size // 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC))


def moved(picture: NDArray[np.uint8], steps: list[float]) -> Frames:
    """Return frames in which the picture goes right by so many pixels from one to the next."""
    frames = []
    for place in np.cumsum([0.0, *steps]):
        shift = np.array([[1, 0, place], [0, 1, 0]], dtype=np.float32)
        frames.append(
            np.asarray(
                cv2.warpAffine(picture, shift, picture.shape[1::-1], borderMode=cv2.BORDER_WRAP),
                dtype=np.uint8,
            )
        )
    return frames


def test_a_picture_that_slides_has_the_flow_of_its_slide(rng: np.random.Generator) -> None:
    flow = flow_magnitude(moved(texture(rng), [0.0, 0.0, 2.0, 4.0]))
    # Farnebäck's fit smooths motion and loses the edges: a tenth.
    np.testing.assert_allclose(flow, [0, 0, 0, 2, 4], rtol=0.1)


@pytest.mark.parametrize("size", [64, 256])
def test_flow_is_told_in_pixels_of_one_width_whatever_the_picture(
    rng: np.random.Generator, size: int
) -> None:
    large = texture(rng, size=512)
    flow = flow_magnitude(moved(large, [8.0]), size=size)
    assert flow[1] == pytest.approx(8 * UNIT_SIZE / 512, rel=0.15)  # coarser pictures blur the texture


def test_a_still_picture_does_not_move(rng: np.random.Generator) -> None:
    assert flow_magnitude([texture(rng)] * 5).tolist() == [0] * 5


def test_a_frame_that_is_shown_twice_is_no_standstill(rng: np.random.Generator) -> None:
    frames = moved(texture(rng), [2.0] * 8)
    twice = [*frames[:5], frames[4], *frames[5:]]  # 25 frames a second shown at 30
    np.testing.assert_allclose(flow_magnitude(twice), 2, rtol=0.1)
    assert len(flow_peaks(flow_magnitude(twice), frame_rate=30, min_flow=2.5)) == 0


def test_a_pause_of_two_frames_is_a_standstill(rng: np.random.Generator) -> None:
    frames = moved(texture(rng), [2.0, 2.0, 0.0, 0.0, 2.0])
    np.testing.assert_allclose(flow_magnitude(frames), [2, 2, 2, 0, 0, 2], rtol=0.1)


def test_a_generator_gives_the_flow_of_a_list(rng: np.random.Generator) -> None:
    frames = moved(texture(rng), [1.0, 3.0, 1.0])
    np.testing.assert_array_equal(flow_magnitude(frame for frame in frames), flow_magnitude(np.stack(frames)))


def test_a_sudden_move_is_the_one_peak(rng: np.random.Generator) -> None:
    flow = flow_magnitude(moved(texture(rng), [0.5, 0.5, 5.0, 0.5, 0.5]))
    assert flow_peaks(flow, frame_rate=10).tolist() == [0.3]


def test_peaks_below_the_least_flow_and_at_the_ends_do_not_count() -> None:
    assert flow_peaks([9, 0, 0.09, 0, 0.11, 0, 9], frame_rate=1).tolist() == [4]
    assert flow_peaks([0, 1, 1, 1, 0], frame_rate=1).tolist() == [2]
    assert flow_peaks([], frame_rate=1).tolist() == []


def test_what_is_no_video_is_refused() -> None:
    for frames in ([], [np.zeros((8, 8, 3), np.uint8)]):
        with pytest.raises(InputError, match="found fewer than two frames"):
            flow_magnitude(frames)
    with pytest.raises(InputError, match=r"found a frame \(8, 8\) of uint8"):
        flow_magnitude([np.zeros((8, 8), np.uint8)])
    with pytest.raises(InputError, match=r"found flow of shape \(1, 2\) at 30 Hz"):
        flow_peaks([[0, 1]], frame_rate=30)
    with pytest.raises(InputError, match="at 0 Hz"):
        flow_peaks([0, 1], frame_rate=0)
