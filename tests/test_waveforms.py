"""Sixteen bits hold a waveform to half a step, and what is no waveform is refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from v2ra.errors import InputError
from v2ra.sound import read_waveform
from v2ra.waveforms import pcm16, write_waveform

HALF_STEP = 2.0**-16
"""Half a step of 16 bits: the most that rounding may move a sample."""

# +1 itself lies one step above the largest 16-bit value, 32767.
SAMPLES = st.floats(-1, 32767 / 32768, width=32)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@given(waveform=arrays(np.float32, st.integers(1, 3000), elements=SAMPLES, fill=SAMPLES))
def test_a_written_waveform_comes_back_within_half_a_step(
    suffix: str, waveform: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("sound") / f"a{suffix}"
    write_waveform(path, waveform, sample_rate=44_100)
    found = read_waveform(path)
    assert found.shape == waveform.shape
    assert found.dtype == np.float32
    assert np.abs(found.astype(np.float64) - waveform).max() <= HALF_STEP


def test_samples_beyond_full_scale_are_clipped_with_a_warning_that_says_how_many() -> None:
    with pytest.warns(
        UserWarning, match="2 samples beyond ±1 were clipped, the largest 6.0 dB above full scale"
    ):
        steps = pcm16(np.array([0.0, 2.0, -1.5], np.float32))
    assert steps.tolist() == [0, 32767, -32768]


@pytest.mark.parametrize(
    ("waveform", "reason"),
    [
        (np.array([0.0, np.nan]), "1 samples that are NaN or infinite"),
        (np.array([np.inf, np.inf]), "2 samples that are NaN or infinite"),
        (np.zeros((2, 10)), "give one channel"),
        (np.zeros(10, np.int16), "expected floats"),
        (np.zeros(0), "without samples"),
    ],
)
def test_what_is_no_waveform_is_refused_and_nothing_is_written(
    waveform: np.ndarray, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason):
        write_waveform(tmp_path / "a.wav", waveform, sample_rate=44_100)
    assert list(tmp_path.iterdir()) == []


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected \.wav or \.flac"):
        write_waveform(tmp_path / "a.mp3", np.zeros(10), sample_rate=44_100)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="create it first"):
        write_waveform(tmp_path / "no" / "a.wav", np.zeros(10), sample_rate=44_100)
