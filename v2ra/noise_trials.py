"""What de-noisers make of sounds to which known noise was added: how far the noise is below the sound then.

Conventions
-----------
Waveforms are (time,) in [−1, 1]. The signal-to-noise ratio is that of the whole clip, pauses included; its
*gain* is the ratio after minus the ratio before, in dB, and higher is better. It counts what is missing of the
sound like noise that is left, and is no measure of what is heard.

Source
------
Eq. 10: a sound is a clear signal plus noise. noisereduce (Sainburg, Thielk and Gentner 2020) is a spectral gate.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import noisereduce
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from v2ra.block_shapes import Shape
from v2ra.denoising import block_threshold
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS
from v2ra.foley.resonators import shaped_noise
from v2ra.waveforms import Waveform, check_waveform

FloatArray = NDArray[np.floating]

ROOM_HZ = (100.0, 2000.0)  # where the noise of rooms and recorders lies
SHARP = {
    "time_mask_smooth_ms": None,
    "freq_mask_smooth_hz": None,
}  # the best of seven settings that were tried
GAINS = {"gain_white": "gain, white (dB)", "gain_room": "gain, room (dB)"}  # heads of columns
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
SWEPT: dict[str, Shape | None] = {"by risk": None, "8 × 16": (8, 16), "8 × 1": (8, 1), "2 × 16": (2, 16)}


def snr_db(reference: ArrayLike, estimate: ArrayLike) -> float:
    """Return how far a sound is above what differs from it.

    Parameters
    ----------
    reference, estimate : float (time,)
        The sound, and the sound with noise; of one length, not equal.

    Returns
    -------
    float
        In dB, higher is better.

    Raises
    ------
    InputError
        If the lengths differ, the reference is silent, or nothing differs.

    Examples
    --------
    >>> round(snr_db(np.ones(100), np.full(100, 1.1)), 1)
    20.0
    """
    clean, noisy = (np.asarray(sound, np.float64) for sound in (reference, estimate))
    for sound in (clean, noisy):
        check_waveform(sound)
    if clean.shape != noisy.shape:
        raise InputError(f"found {len(clean)} and {len(noisy)} samples; expected as many; cut the longer one")
    signal, noise = float(np.sum(clean**2)), float(np.sum((noisy - clean) ** 2))
    if not signal or not noise:
        raise InputError("found silence or two equal sounds; expected sound and noise; give others")
    return float(10 * np.log10(signal / noise))


def add_noise(
    waveform: FloatArray, *, sample_rate: int, ratio_db: float, kind: str = "white", rng: np.random.Generator
) -> tuple[Waveform, Waveform]:
    """Add noise at a signal-to-noise ratio.

    Parameters
    ----------
    waveform : float (time,)
        Not silent.
    sample_rate : int
        In Hz.
    ratio_db : float
        Of the sum.
    kind : {"white", "room"}
        White, or between 100 Hz and 2 kHz.
    rng : Generator
        Source of chance.

    Returns
    -------
    float32 (time,), float32 (time,)
        Sound and noise; then other noise of the same kind and level.

    Raises
    ------
    InputError
        If there is no such noise, or no sound.

    Examples
    --------
    >>> sound = np.sin(np.arange(8000.0))
    >>> noisy, _ = add_noise(sound, sample_rate=8000, ratio_db=10, rng=np.random.default_rng(0))
    >>> round(snr_db(sound, noisy), 3)
    10.0
    """
    check_waveform(waveform)
    if kind not in ("white", "room") or not np.any(waveform):
        raise InputError(f"found {kind!r} noise for a sound; expected 'white' or 'room', and no silence")
    made = []
    for _ in range(2):
        if kind == "white":
            noise = rng.standard_normal(len(waveform))
        else:
            low, high = ROOM_HZ
            noise = shaped_noise(len(waveform), low_hz=low, high_hz=high, rng=rng, sample_rate=sample_rate)
        rms = np.sqrt(np.mean(np.square(waveform, dtype=np.float64)) * 10 ** (-ratio_db / 10))
        made.append(noise * rms / np.sqrt(np.mean(noise**2)))
    return (waveform + made[0]).astype(np.float32), made[1].astype(np.float32)


def cleaned(noisy: Waveform, noise: Waveform, *, sample_rate: int, white: bool) -> dict[str, Waveform]:
    """Return what each de-noiser makes of a sound.

    Parameters
    ----------
    noisy : float32 (time,)
        Sound and noise.
    noise : float32 (time,)
        Noise like it, for those that are told what to take out.
    sample_rate : int
        In Hz.
    white : bool
        Whether its level alone tells what the noise is like.

    Returns
    -------
    dict
        By name: block thresholding and noisereduce, each told and not told.

    Examples
    --------
    >>> noise = np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    >>> list(cleaned(noise, noise, sample_rate=8000, white=False))[:2]
    ['block, noise measured', 'noisereduce, noise given']
    """
    told = {}
    if white:
        level = float(np.sqrt(np.mean(np.square(noise, dtype=np.float64))))
        told["block, level given"] = block_threshold(noisy, sample_rate=sample_rate, noise_std=level)
    gated: dict[str, dict[str, Any]] = {
        "noisereduce, noise given": {"stationary": True, "y_noise": noise},
        "noisereduce, noise given, sharp": {"stationary": True, "y_noise": noise, **SHARP},
        "noisereduce, default": {},
    }
    return {
        **told,
        "block, noise measured": block_threshold(noisy, sample_rate=sample_rate),
        **{
            name: np.asarray(noisereduce.reduce_noise(y=noisy, sr=sample_rate, **options), np.float32)
            for name, options in gated.items()
        },
    }


def noise_trials(
    clips: Mapping[str, Sequence[Waveform]], *, sample_rate: int, ratio_db: float = 10.0, seed: int = 0
) -> pd.DataFrame:
    """Add noise to clips, take it out, and say what was gained.

    Parameters
    ----------
    clips : mapping of str to sequence of float (time,)
        By category.
    sample_rate : int
        In Hz.
    ratio_db : float
        Signal-to-noise ratio before.
    seed : int
        Of the noise.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`; the system is the de-noiser, the metrics gain_white and gain_room are in dB.

    Examples
    --------
    >>> clip = np.sin(np.arange(8000, dtype=np.float32))
    >>> table = noise_trials({"hum": [clip]}, sample_rate=8000).set_index(["system", "metric"]).value
    >>> bool(table["block, level given", "gain_white"] > 10)
    True
    """
    rows = list(_rows(clips, sample_rate=sample_rate, ratio_db=ratio_db, seed=seed))
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    clips: Mapping[str, Sequence[Waveform]], *, sample_rate: int, ratio_db: float, seed: int
) -> Iterator[tuple[str, str, str, int, str, float]]:
    for category, sounds in clips.items():
        for number, clean in enumerate(sounds):
            for kind in ("white", "room"):
                rng = np.random.default_rng([seed, number])
                noisy, other = add_noise(
                    clean, kind=kind, ratio_db=ratio_db, sample_rate=sample_rate, rng=rng
                )
                made = cleaned(noisy, other, sample_rate=sample_rate, white=kind == "white")
                for name, sound in made.items():
                    gain = snr_db(clean, sound) - snr_db(clean, noisy)
                    yield name, category, str(number), 0, f"gain_{kind}", gain


def level_sweep(reference: Waveform, noisy: Waveform, *, sample_rate: int, noise_std: float) -> pd.DataFrame:
    """Say what block thresholding gains if it is told another level of noise, or one block shape.

    Parameters
    ----------
    reference, noisy : float (time,)
        The sound, and the sound with white noise.
    sample_rate : int
        In Hz.
    noise_std : float
        True level of the noise.

    Returns
    -------
    DataFrame
        A row a factor on the level; columns are block shapes; gain in dB.

    Examples
    --------
    >>> sound = np.sin(np.arange(8000.0))
    >>> noisy, _ = add_noise(sound, sample_rate=8000, ratio_db=10, rng=np.random.default_rng(0))
    >>> table = level_sweep(sound, noisy, sample_rate=8000, noise_std=0.22)
    >>> bool(table.loc[1.0, "8 × 1"] > table.loc[1.0, "2 × 16"])
    True
    """
    before = snr_db(reference, noisy)
    found: dict[str, list[float]] = {name: [] for name in SWEPT}
    for factor in FACTORS:
        for name, shape in SWEPT.items():
            level = factor * noise_std
            sound = block_threshold(noisy, sample_rate=sample_rate, noise_std=level, shape=shape)
            found[name].append(snr_db(reference, sound) - before)
    return pd.DataFrame(found, index=pd.Index(FACTORS, name="level over the true one"))
