"""Measures of events on signals whose figures are known, and the tables that were measured with them."""

import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.clips import write_waveform
from v2ra.errors import InputError
from v2ra.foley import measures
from v2ra.foley.categories import CATEGORIES
from v2ra.foley.recordings import LEFT_OUT, describe_events, find_recordings, read_events

RATE = 44_100


def ring(frequency: float, decay_seconds: float, *, n_seconds: float = 1.0) -> NDArray[np.float64]:
    """Tone that falls by 60 dB in the decay time."""
    time = np.arange(round(n_seconds * RATE)) / RATE
    return 0.5 * 10 ** (-3 * time / decay_seconds) * np.sin(2 * np.pi * frequency * time)


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(str(resources.files("v2ra") / "reference_data" / name), keep_default_na=False)


@settings(max_examples=30)
@given(frequency=st.floats(200, 8000), decay=st.floats(0.1, 0.8))
def test_decay_of_a_ringing_tone_is_a_third_of_its_60_db_decay(frequency: float, decay: float) -> None:
    # The 5-ms window of the envelope and its steps of 1 ms leave 8 ms open.
    assert measures.decay_seconds(ring(frequency, decay)) == pytest.approx(decay / 3, abs=0.008)


def test_background_noise_hardly_changes_the_decay(rng: np.random.Generator) -> None:
    clean = ring(1000, 0.4)
    noisy = clean + 10 ** (-50 / 20) * rng.standard_normal(clean.size)
    assert measures.decay_seconds(noisy) == pytest.approx(measures.decay_seconds(clean), rel=0.1)


def test_centroid_and_rolloff_of_two_tones_lie_where_their_power_says() -> None:
    time = np.arange(RATE) / RATE
    tones = np.sin(2 * np.pi * 1000 * time) + 0.5 * np.sin(2 * np.pi * 4000 * time)
    assert measures.spectral_centroid(tones) == pytest.approx((1000 * 1 + 4000 * 0.25) / 1.25, rel=1e-3)
    assert measures.spectral_rolloff(tones) == pytest.approx(4000, abs=2)
    assert measures.spectral_rolloff(tones, share=0.7) == pytest.approx(1000, abs=2)


@settings(max_examples=25)
@given(
    starts=st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True),
    sample_rate=st.sampled_from([22_050, 44_100, 48_000]),
)
def test_every_hit_is_found_at_its_time(starts: list[int], sample_rate: int) -> None:
    sound = np.random.default_rng(0).normal(0, 1e-4, 10 * sample_rate // 2)
    time = np.arange(sample_rate // 5) / sample_rate
    hit = 0.5 * np.exp(-time / 0.02) * np.sin(2 * np.pi * 800 * time)
    for start in starts:
        sound[start * sample_rate // 2 :][: hit.size] += hit
    found = measures.find_events(sound, sample_rate=sample_rate)
    # The envelope averages over 5 ms in steps of 1 ms.
    np.testing.assert_allclose([start for start, _ in found], np.sort(starts) / 2, atol=0.006)


def test_a_silent_recording_has_no_events_to_find() -> None:
    with pytest.raises(InputError, match="found a silent recording"):
        measures.find_events(np.zeros(RATE))


@pytest.mark.parametrize("rate", [4.5, 9.0, 28.0])
def test_modulation_spectrum_peaks_at_the_rate_of_a_beat(rate: float) -> None:
    time = np.arange(RATE) / RATE
    beat = (1 + np.cos(2 * np.pi * rate * time)) * np.sin(2 * np.pi * 1000 * time)
    spectrum = measures.modulation_spectrum([beat])
    peak = 3 + int(spectrum[3:].argmax())  # under 2 Hz lies the second itself
    assert measures.MODULATION_HZ[peak] <= rate * 1.001
    assert rate < measures.MODULATION_HZ[peak + 1] * 1.001
    assert spectrum.sum() == pytest.approx(1)


def test_high_pass_removes_dc_and_rumble_and_keeps_the_rest() -> None:
    time = np.arange(2 * RATE) / RATE
    for frequency, least, most in ((10, -80, -60), (30, -30, -20), (60, -3.2, -2.8), (200, -0.1, 0.1)):
        tone = np.sin(2 * np.pi * frequency * time)
        gain = 20 * np.log10(measures.high_pass(tone)[RATE:].std() / tone[RATE:].std())
        assert least < gain < most


def test_recordings_are_found_by_category_and_described(tmp_path: Path) -> None:
    for name in ("wood/a.wav", "metal/b.wav", "dog/howling_dog.wav"):
        (tmp_path / name).parent.mkdir()
        write_waveform(tmp_path / name, np.roll(ring(500, 0.3), RATE // 4), sample_rate=RATE)
    (tmp_path / "dog" / "crow.flac").touch()
    assert "crow.flac" in LEFT_OUT
    found = list(find_recordings([tmp_path]))
    assert [(category, path.name) for category, path in found] == [
        ("dog", "howling_dog.wav"),
        ("wood", "a.wav"),
    ]
    figures = describe_events(read_events(found[1][1]))
    assert figures["n_events"] == 1
    assert figures["centroid_hz"] == pytest.approx(500, rel=0.02)
    assert figures["decay20_ms"] == pytest.approx(100, abs=8)


def test_every_stored_figure_names_its_source_licence_and_unit() -> None:
    rows = table("foley_parameters.csv")
    assert set(rows.category) == {*CATEGORIES, "all"}
    assert rows.source.str.len().min() > 5
    assert rows.licence.str.len().min() > 0
    assert set(rows.unit) == {"Hz", "ms", "dB", "1"}
    assert np.isfinite(rows.value).all()
    gaps = table("contact_gaps.csv")
    assert gaps.n_contacts.max() == 39_950
    assert gaps.source.str.contains("Greatest Hits").all()


def test_stored_figures_are_those_of_the_recordings(shared: Path) -> None:
    rows = table("foley_parameters.csv")
    stored = rows[~rows.source.str.startswith("chosen") & ~rows.source.str.contains(" event ")]
    recordings = list(find_recordings([shared / "real" / folder for folder in ("sounds", "clips")]))
    assert {path.name for _, path in recordings} == set(stored.source)
    for _, path in recordings:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="audio: .* beyond ±1 are clipped")
            figures = describe_events(read_events(path))
        mine = stored[stored.source == path.name]
        assert len(mine) == 4
        for parameter, value in zip(mine.parameter, mine.value, strict=True):
            assert value == pytest.approx(figures[parameter], rel=0.02, abs=1)
