"""Systems that need no model and show the scale of every score: from the real sound down to silence.

* *ground_truth*: the clip's own sound.
* *mismatched*: the real sound of the next clip of the category, cut to length, or with silence behind it.
* *oracle_clicks*: a click at every true event. In time, and like nothing that was recorded.
* *noise*: white, at the level of the real sound.
* *silence*.

A score that puts the clicks above a mismatched recording hears time; one that does the reverse hears timbre.

Conventions
-----------
Waveforms are (time,) in [−1, 1]; each is as long as the clip's own sound.

Source
------
Ours. Mismatched sounds are those of Section 4.7 ("the mismatched audio was randomly chosen from another
video of the same category"), here the next by name, so that nothing is left to chance.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.onsets import detect_onsets
from v2ra.pairs import SCALE_SYSTEMS, Array, Pair, generator_of

CLICK_HZ = 1000.0
CLICK_SECONDS = 0.02
DECAY_SECONDS = 0.004


def scale_pairs(pairs: Sequence[Pair], *, sample_rate: int, seed: int = 0) -> list[Pair]:
    """Return pairs of the systems that show the scale, one of each for each clip.

    Parameters
    ----------
    pairs : sequence of Pair
        Whose clips are taken; the first pair of a clip gives its real sound.
    sample_rate : int
        In Hz.
    seed : int
        Of the noise; a clip's noise depends on no other clip.

    Returns
    -------
    list of Pair
        Clip by clip in the order of `SCALE_SYSTEMS`. A category of one clip has no mismatched sound.

    Examples
    --------
    >>> clip = Pair("ours", "wood", "a", np.ones(44100), np.zeros(44100))
    >>> [pair.system for pair in scale_pairs([clip], sample_rate=44100)]
    ['ground_truth', 'oracle_clicks', 'noise', 'silence']
    """
    first: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        first.setdefault((pair.category, pair.clip), pair)
    made = []
    for pair in first.values():
        others = sorted(clip for category, clip in first if category == pair.category)
        neighbour = first[pair.category, others[(others.index(pair.clip) + 1) % len(others)]]
        for system in SCALE_SYSTEMS:
            if system != "mismatched" or neighbour is not pair:
                sound = _sound(system, pair, neighbour, sample_rate=sample_rate, seed=seed)
                made.append(replace(pair, system=system, estimate=sound, seed=0))
    return made


def ground_truth_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the ground truth as a system, one pair a clip: the first of `SCALE_SYSTEMS` alone.

    Examples
    --------
    >>> clip = Pair("ours", "wood", "a", np.ones(3), np.zeros(3))
    >>> ground_truth_pairs([clip])[0].estimate
    array([1., 1., 1.])
    """
    first: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        first.setdefault((pair.category, pair.clip), pair)
    return [replace(p, system="ground_truth", estimate=p.reference, seed=0) for p in first.values()]


def onset_clicks(
    event_times: ArrayLike, *, n_samples: int, sample_rate: int, peak: float = 1.0
) -> NDArray[np.float64]:
    """Return a click at each time.

    Parameters
    ----------
    event_times : float (n_events,)
        In seconds.
    n_samples : int
        Length; what begins behind it is left out.
    sample_rate : int
        In Hz.
    peak : float
        Of every click.

    Returns
    -------
    float64 (n_samples,)
        Bursts of 1 kHz that fade within 20 ms.

    Examples
    --------
    >>> clicks = onset_clicks([0.5], n_samples=44100, sample_rate=44100, peak=0.3)
    >>> int(np.flatnonzero(clicks)[0]) // 441, round(float(np.abs(clicks).max()), 6)
    (50, 0.3)
    """
    time = np.arange(round(CLICK_SECONDS * sample_rate)) / sample_rate
    click = np.exp(-time / DECAY_SECONDS) * np.cos(2 * np.pi * CLICK_HZ * time)
    sound = np.zeros(n_samples + len(click))
    for start in np.round(np.asarray(event_times, dtype=np.float64) * sample_rate).astype(int):
        if start < n_samples:
            sound[start : start + len(click)] = peak * click  # a later click ends an earlier one
    return sound[:n_samples]


def _sound(system: str, pair: Pair, neighbour: Pair, *, sample_rate: int, seed: int) -> Array:
    real = pair.reference
    if system == "ground_truth":
        return real
    if system == "mismatched":
        cut = neighbour.reference[: real.size]
        return np.pad(cut, (0, real.size - cut.size))
    if system == "oracle_clicks":
        events = pair.event_times
        if events is None or not len(events):
            events = detect_onsets(real, sample_rate=sample_rate)
        peak = float(np.abs(real).max())
        return onset_clicks(events, n_samples=real.size, sample_rate=sample_rate, peak=peak)
    if system == "noise":
        level = np.sqrt(np.mean(real.astype(np.float64) ** 2))
        draws = generator_of(replace(pair, system="noise", seed=0), seed).standard_normal(real.size)
        return np.asarray(level * draws)
    return np.zeros_like(real)
