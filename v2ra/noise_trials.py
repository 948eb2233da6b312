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

from v2ra.added_noise import add_noise, snr_db
from v2ra.block_shapes import Shape
from v2ra.denoising import block_threshold
from v2ra.evaluation import COLUMNS
from v2ra.scheme_settings import DENOISING, Denoising
from v2ra.waveforms import Waveform

SHARP = dict.fromkeys(("time_mask_smooth_ms", "freq_mask_smooth_hz"))  # the best of seven settings tried
GAINS = {"gain_white": "gain, white (dB)", "gain_room": "gain, room (dB)"}  # heads of columns
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
SWEPT: dict[str, Shape | None] = {"by risk": None, "8 × 16": (8, 16), "8 × 1": (8, 1), "2 × 16": (2, 16)}


def cleaned(
    noisy: Waveform, noise: Waveform, *, sample_rate: int, white: bool, settings: Denoising = DENOISING
) -> dict[str, Waveform]:
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
    settings : Denoising
        Of block thresholding; all but the level of the noise.

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
    told, options = {}, {**settings.options, "sample_rate": sample_rate}
    if white:
        level = float(np.sqrt(np.mean(np.square(noise, dtype=np.float64))))
        told["block, level given"] = block_threshold(noisy, **{**options, "noise_std": level})
    gated: dict[str, dict[str, Any]] = {
        "noisereduce, noise given": {"stationary": True, "y_noise": noise},
        "noisereduce, noise given, sharp": {"stationary": True, "y_noise": noise, **SHARP},
        "noisereduce, default": {},
    }
    return {
        **told,
        "block, noise measured": block_threshold(noisy, **{**options, "noise_std": None}),
        **{
            name: np.asarray(noisereduce.reduce_noise(y=noisy, sr=sample_rate, **options), np.float32)
            for name, options in gated.items()
        },
    }


def noise_trials(
    clips: Mapping[str, Sequence[Waveform]],
    *,
    sample_rate: int,
    ratio_db: float = 10.0,
    seed: int = 0,
    settings: Denoising = DENOISING,
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
    settings : Denoising
        As of `cleaned`.

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
    rows = list(_rows(clips, settings, sample_rate=sample_rate, ratio_db=ratio_db, seed=seed))
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    clips: Mapping[str, Sequence[Waveform]],
    settings: Denoising,
    *,
    sample_rate: int,
    ratio_db: float,
    seed: int,
) -> Iterator[tuple[str, str, str, int, str, float]]:
    for category, sounds in clips.items():
        for number, clean in enumerate(sounds):
            for kind in ("white", "room"):
                rng = np.random.default_rng([seed, number])
                noisy, other = add_noise(
                    clean, kind=kind, ratio_db=ratio_db, sample_rate=sample_rate, rng=rng
                )
                made = cleaned(
                    noisy, other, sample_rate=sample_rate, white=kind == "white", settings=settings
                )
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
