"""Sliders over the two schemes, with sound: only with a running kernel; notebooks show tables beside them.

Conventions
-----------
Waveforms are (time,) in [−1, 1]. What is set is heard at once, in a `v2ra.player`; a setting that cannot be used
is told in its place. Nothing is kept of what a user tries.

Source
------
Section 3.3: the level of the noise, and ``interval`` and recording of Algorithm 1, are left open.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from ipywidgets import Dropdown, SelectionSlider, VBox
from numpy.typing import ArrayLike, NDArray

from v2ra.block_shapes import SHAPES
from v2ra.denoising import block_threshold, estimate_noise_std
from v2ra.errors import InputError
from v2ra.lab import panel
from v2ra.peak_match import peak_match
from v2ra.player import Player, player
from v2ra.scheme_settings import DENOISING, PEAK_MATCHING, Denoising, PeakMatching

Array = NDArray[np.floating]

FACTORS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
GRAINS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
HEIGHTS = (0.02, 0.05, 0.1, 0.2, 0.4)


def denoising_lab(
    waveform: Array, *, sample_rate: int, title: str = "", settings: Denoising = DENOISING
) -> VBox:
    """Return sliders for the level of the noise and the shape of the blocks.

    Parameters
    ----------
    waveform : float (time,)
        A few seconds: it is played and kept in the notebook.
    sample_rate : int
        In Hz.
    title : str
        Of the player.
    settings : Denoising
        Where the controls stand at first; a level that is given is 1.

    Returns
    -------
    VBox
        Two sliders over a player of the sound before, after, and what was taken out.

    Raises
    ------
    InputError
        If the noise cannot be measured.

    Examples
    --------
    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    >>> [child.description for child in denoising_lab(noise, sample_rate=8000).children[:2]]
    ['noise level ×', 'blocks']
    """
    own = settings.options
    measured = own["noise_std"]
    if measured is None:
        measured = estimate_noise_std(waveform, sample_rate=sample_rate, quiet_share=own["quiet_share"])
    blocks = {"by risk": None, **{f"{frames} × {bins}": (frames, bins) for frames, bins in SHAPES}}

    def make(factor: float, shape: tuple[int, int] | None) -> Player:
        level = factor * measured
        after = block_threshold(waveform, sample_rate=sample_rate, noise_std=level, shape=shape)
        tracks = {"Before": waveform, "After": after, "Taken out": waveform - after}
        heading = f"{title} noise level {level:.4f}".strip()
        return player(tracks, sample_rate=sample_rate, title=heading, level_match=False)

    return panel(
        make,
        factor=_slider(FACTORS, 1.0, "noise level ×"),
        shape=Dropdown(options=list(blocks.items()), value=own["shape"], description="blocks"),
    )


def peak_match_lab(
    waveform: Array,
    recordings: Mapping[str, Array],
    *,
    sample_rate: int,
    event_times: ArrayLike | None = None,
    title: str = "",
    settings: PeakMatching = PEAK_MATCHING,
) -> VBox:
    """Return sliders for mode, recording, grain and height of peak-match.

    Parameters
    ----------
    waveform : float (time,)
        A few seconds: it is played and kept in the notebook.
    recordings : mapping of str to float (time,)
        By name, one or more.
    sample_rate : int
        In Hz.
    event_times : float (n_events,), optional
        Seconds; marks in the player.
    title : str
        Of the player.
    settings : PeakMatching
        Where the controls stand at first, and the level.

    Returns
    -------
    VBox
        Four controls over a player of the generated and the matched sound.

    Raises
    ------
    InputError
        If there is no recording.

    Examples
    --------
    >>> click = np.eye(1, 800, 400)[0]
    >>> lab = peak_match_lab(click, {"click": click}, sample_rate=8000)
    >>> [child.description for child in lab.children[:4]]
    ['mode', 'recording', 'grain (s)', 'height']
    """
    if not recordings:
        raise InputError("found no recordings; expected one or more; name them")
    within = [
        t for t in np.asarray(() if event_times is None else event_times) if t <= len(waveform) / sample_rate
    ]

    def make(mode: Any, recording: str, grain_seconds: float, min_height: float) -> Player:
        found = peak_match(
            waveform,
            recordings[recording],
            sample_rate=sample_rate,
            mode=mode,
            grain_seconds=grain_seconds,
            min_height=min_height,
            level=settings.level,
        )
        tracks = {"Generated": waveform, "Matched": found.waveform}
        heading = f"{title} {len(found.positions)} grains".strip()
        return player(tracks, sample_rate=sample_rate, title=heading, event_times=within)

    return panel(
        make,
        mode=Dropdown(options=("literal", "corrected"), value=settings.mode, description="mode"),
        recording=Dropdown(options=list(recordings), description="recording"),
        grain_seconds=_slider(GRAINS, settings.grain_seconds, "grain (s)"),
        min_height=_slider(HEIGHTS, settings.min_height, "height"),
    )


def _slider(values: tuple[float, ...], value: float, description: str) -> SelectionSlider:
    """Return a slider that stands at a value, which need not be one of the others."""
    options = sorted({*values, value})
    return SelectionSlider(
        options=options,
        value=value,
        description=description,
        style={"description_width": "initial"},  # else "noise level ×" is cut
        continuous_update=False,
    )
