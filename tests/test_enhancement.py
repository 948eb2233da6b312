"""The two schemes on files: same length, same rate, and a note for whatever else changes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from v2ra.enhancement import UNCHANGED, Enhancement, enhance_file
from v2ra.errors import InputError
from v2ra.scheme_settings import Denoising, PeakMatching
from v2ra.waveforms import write_waveform

Array = NDArray[np.float64]


def denoise(noise_std: float) -> Enhancement:
    """Return de-noising that is told the level."""
    return Enhancement("denoise", denoising=Denoising(noise="given", noise_std=noise_std))


def match(recording: str, **options: Any) -> Enhancement:
    """Return peak-match with a recording."""
    return Enhancement("peak-match", peak_match=PeakMatching(recording=recording, **options))


def make_sound(sample_rate: int, *, n_seconds: float = 1.0, gain: float = 1.0) -> Array:
    """Return two events in noise of −46 dB."""
    seconds = np.arange(round(n_seconds * sample_rate)) / sample_rate
    since = seconds % 0.5
    tones = 0.8 * np.sin(2 * np.pi * 600 * since) * np.exp(-since / 0.03)
    return np.asarray(gain * (tones + 0.005 * np.random.default_rng(0).standard_normal(len(seconds))))


@pytest.mark.parametrize("sample_rate", [8000, 44_100, 96_000])
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize(
    "enhancement", [Enhancement("denoise"), match("foley:wood")], ids=["denoise", "match"]
)
def test_a_file_keeps_length_rate_and_peak(
    sample_rate: int, suffix: str, enhancement: Enhancement, tmp_path: Path
) -> None:
    source, out = tmp_path / "in.flac", tmp_path / "new" / f"out{suffix}"
    sound = make_sound(sample_rate)
    write_waveform(source, sound, sample_rate=sample_rate)
    found = enhance_file(source, out, enhancement)
    written, rate = soundfile.read(out)
    assert (written.shape, rate) == (sound.shape, sample_rate)
    change = 20 * np.log10(np.abs(written).max() / np.abs(sound).max())
    assert abs(change) < 0.1 or any("peak level" in note for note in found.notes)
    assert abs(change) < 1
    np.testing.assert_allclose(written, found.waveform, atol=2**-16)  # half a step of 16 bits
    assert found.figures["sample_rate"] == sample_rate


def test_a_change_of_the_peak_level_is_told(tmp_path: Path) -> None:
    write_waveform(tmp_path / "in.wav", 0.1 * np.sin(np.arange(8000.0)), sample_rate=8000)
    found = enhance_file(tmp_path / "in.wav", tmp_path / "out.wav", denoise(0.5))
    assert found.notes == ["note: the peak level falls from -20.0 to -120.0 dB"]
    loud = match("foley:dog", level="full_scale", min_height=0.05)
    notes = enhance_file(tmp_path / "in.wav", tmp_path / "out.wav", loud).notes
    assert notes[-1] == "note: the peak level rises from -20.0 to 0.0 dB"


def test_several_channels_become_their_mean_and_a_note_says_so(tmp_path: Path) -> None:
    sound = make_sound(8000)
    soundfile.write(tmp_path / "in.wav", np.stack([sound, 0.5 * sound], axis=1), 8000)
    found = enhance_file(tmp_path / "in.wav", tmp_path / "out.wav", denoise(0))
    assert found.notes == [f"note: {tmp_path / 'in.wav'} has 2 channels; their mean is used"]
    np.testing.assert_allclose(found.waveform, 0.75 * sound, atol=2**-15)  # 16 bits a channel


def test_samples_that_are_no_numbers_become_zeros_and_a_note_says_so(tmp_path: Path) -> None:
    sound = make_sound(8000).astype(np.float32)
    sound[100:103] = np.nan
    soundfile.write(tmp_path / "in.wav", sound, 8000, subtype="FLOAT")
    found = enhance_file(tmp_path / "in.wav", tmp_path / "out.wav", denoise(0))
    assert found.notes[0].endswith("3 samples are not numbers; zeros stand in their place")


def test_the_level_of_the_noise_is_told() -> None:
    sound = make_sound(44_100, n_seconds=2).astype(np.float32)
    measured = Enhancement("denoise").of(sound, sample_rate=44_100).figures["noise_std"]
    assert isinstance(measured, float)
    assert abs(20 * np.log10(measured / 0.005)) < 1
    assert denoise(0.1).of(sound, sample_rate=44_100).figures == {"noise_std": 0.1}


def test_nothing_is_done_unless_it_is_asked_for() -> None:
    sound = make_sound(8000).astype(np.float32)
    assert UNCHANGED.of(sound, sample_rate=8000) == (sound, {}, [])


def test_the_recording_is_the_one_of_the_category_unless_one_is_named(tmp_path: Path) -> None:
    sound = make_sound(8000).astype(np.float32)
    found = Enhancement("peak-match").of(sound, sample_rate=8000, category="dog")
    assert found.notes[0] == "note: the recording is an embedded synthetic one of dog, seed 0"
    write_waveform(tmp_path / "own.wav", make_sound(44_100), sample_rate=44_100)
    named = match(str(tmp_path)).of(sound, sample_rate=8000, category="dog")
    assert named.figures["recording"] == str(tmp_path / "own.wav")
    with pytest.raises(InputError, match="no embedded recording of 'brass'; expected one of bird"):
        Enhancement("peak-match").of(sound, sample_rate=8000, category="brass")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "polish"}, "found enhancement 'polish'; expected one of none, denoise, peak-match"),
        (
            {"scheme": "denoise", "denoising": Denoising(noise_std=0.1)},
            r'found denoising\.noise_std = 0\.1 with denoising\.noise = "measured"',
        ),
        (
            {"scheme": "peak-match", "peak_match": PeakMatching(recording="foley:brass")},
            "found category 'brass'",
        ),
        (
            {"scheme": "peak-match", "peak_match": PeakMatching(recording="no such.wav")},
            r"no such\.wav does not",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Enhancement(**options)


def test_settings_of_the_other_scheme_are_not_looked_at() -> None:
    own = {"denoising": Denoising(noise_std=0.1), "peak_match": PeakMatching(recording="no such.wav")}
    assert Enhancement("none", **own) != UNCHANGED  # type: ignore[arg-type]
    Enhancement("denoise", peak_match=own["peak_match"])  # type: ignore[arg-type]
    Enhancement("peak-match", denoising=own["denoising"])  # type: ignore[arg-type]


def test_an_output_of_another_kind_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"found output out\.mp3; expected a name that ends in \.wav, \.flac"
    ):
        enhance_file(tmp_path / "none.wav", tmp_path / "out.mp3", Enhancement("denoise"))
