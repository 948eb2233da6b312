"""Sliders: each makes another sound, and a setting that cannot be used is told in its place."""

import html
import re

import numpy as np
import pytest
from ipywidgets import VBox
from numpy.typing import NDArray

from v2ra.enhancement_lab import denoising_lab, peak_match_lab
from v2ra.errors import InputError
from v2ra.scheme_settings import Denoising, PeakMatching

Array = NDArray[np.float64]

RATE = 8000


def hits(*seconds: float) -> Array:
    """Return a second with damped tones at times, in faint noise."""
    sound = 0.003 * np.random.default_rng(0).standard_normal(RATE)
    for time in seconds:
        since = np.arange(RATE - round(time * RATE)) / RATE
        sound[round(time * RATE) :] += 0.5 * np.sin(2 * np.pi * 900 * since) * np.exp(-since / 0.02)
    return sound


def page(lab: VBox) -> str:
    """Return what the lab shows under its controls."""
    return html.unescape(lab.children[-1].value)


def tracks(lab: VBox) -> list[str]:
    """Return the sounds in the page of a lab."""
    return re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", page(lab))


@pytest.mark.parametrize("number", [0, 1])
def test_each_control_of_denoising_makes_another_sound(number: int) -> None:
    lab = denoising_lab(hits(0.2, 0.6), sample_rate=RATE)
    before = tracks(lab)
    assert len(before) == 3
    control = lab.children[number]
    control.value = 4.0 if number == 0 else (2, 16)
    after = tracks(lab)
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(
    ("number", "value"),
    [(0, "corrected"), (1, "b"), (2, 0.02), (3, 0.4)],
    ids=["mode", "rec", "grain", "height"],
)
def test_each_control_of_peak_match_makes_another_sound(number: int, value: object) -> None:
    recordings = {"a": hits(0.1), "b": hits(0.1, 0.5)[::-1].copy()}
    lab = peak_match_lab(hits(0.2, 0.6), recordings, sample_rate=RATE, event_times=[0.2, 0.6, 5.0])
    before = tracks(lab)
    assert len(before) == 2
    lab.children[number].value = value
    after = tracks(lab)
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_controls_stand_where_the_settings_say() -> None:
    denoising = Denoising(noise="given", noise_std=0.02, blocks="2x16")
    lab = denoising_lab(hits(0.2), sample_rate=RATE, settings=denoising)
    assert [control.value for control in lab.children[:2]] == [1.0, (2, 16)]
    assert "noise level 0.0200" in page(lab)
    matching = PeakMatching(mode="corrected", grain_seconds=0.07, min_height=0.3)
    lab = peak_match_lab(hits(0.2), {"a": hits(0.1)}, sample_rate=RATE, settings=matching)
    assert [control.value for control in lab.children[:4]] == ["corrected", "a", 0.07, 0.3]
    assert 0.1 in lab.children[2].options


def test_a_recording_without_peaks_is_told_where_the_player_was() -> None:
    lab = peak_match_lab(hits(0.2), {"loud": hits(0.1), "faint": 0.1 * hits(0.1)}, sample_rate=RATE)
    lab.children[1].value = "faint"
    assert page(lab).startswith("<p>found no peak of 0.1 in the recording")
    lab.children[1].value = "loud"
    assert len(tracks(lab)) == 2


def test_without_recordings_there_is_nothing_to_choose() -> None:
    with pytest.raises(InputError, match="found no recordings"):
        peak_match_lab(hits(0.2), {}, sample_rate=RATE)
