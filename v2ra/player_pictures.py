"""The pictures of the player: spectrograms as PNG, waveforms as SVG paths, ticks of the time axis.

Conventions
-----------
Waveforms are ``(time,)`` in [−1, 1]. Spectral levels are in dB where 0 dB is a full-scale sine that
falls on a bin of the Fourier transform. Pictures are rows by columns, the highest frequency on top.

Source
------
Frequency rows are equally spaced on the mel scale m = 2595 log10(1 + f / 700) (O'Shaughnessy 1987).
"""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from PIL import Image

N_ROWS, N_COLUMNS = 120, 640  # pixels
RANGE_DB = 80.0  # from the brightest to the darkest colour
N_COLOURS = 64  # 1.25 dB a colour: below what the eye tells apart, and a third of the bytes of 256
COLOUR_MAP = "magma"
WINDOW_SECONDS = 0.023  # 1024 samples at 44.1 kHz
N_WAVEFORM_COLUMNS = 400
FLOOR_POWER = 1e-16  # −160 dB stands for silence

Array = NDArray[np.float64]


def spectrogram_db(waveform: Array, *, sample_rate: int) -> Array:
    """Spectral level over mel-spaced rows and equal slices of time.

    Parameters
    ----------
    waveform : array (time,)
        Samples in [−1, 1].
    sample_rate : int
        In Hz.

    Returns
    -------
    array (120, 640)
        Mean power of each cell in dB re a full-scale sine, from 0 Hz in row 0 to half the sample rate.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> level = spectrogram_db(tone, sample_rate=8000)
    >>> level.shape, bool(-4 < level.max() < 0)
    ((120, 640), True)
    """
    n_fft = 2 ** round(np.log2(WINDOW_SECONDS * sample_rate))
    hop = max(n_fft // 8, len(waveform) // (4 * N_COLUMNS))  # bounded memory on long clips
    window = np.hanning(n_fft + 1)[:-1]
    # slice k is centred on sample k * hop; one slice more, so that the last column is covered whole
    padded = np.pad(waveform, (n_fft // 2, n_fft // 2 + hop))
    slices = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # (n_slices, n_fft)
    power = np.abs(np.fft.rfft(slices * window)) ** 2 / (window.sum() / 2) ** 2  # (n_slices, n_bins)
    nyquist_mel = 2595 * np.log10(1 + sample_rate / 2 / 700)
    edges_hz = 700 * (10 ** (np.linspace(0, nyquist_mel, N_ROWS + 1) / 2595) - 1)
    rows = _mean_between(power, edges_hz / (sample_rate / n_fft) + 0.5)  # (n_slices, 120)
    cells = _mean_between(rows.T, np.linspace(0, len(waveform) / hop, N_COLUMNS + 1) + 0.5)  # (120, 640)
    return np.asarray(10 * np.log10(np.maximum(cells, FLOOR_POWER)))


def shared_range_db(levels: Sequence[Array]) -> tuple[float, float]:
    """Darkest and brightest level of a colour scale that serves all pictures: 80 dB up to the loudest cell.

    Examples
    --------
    >>> shared_range_db([np.array([-31.0, -60.0]), np.array([-42.0])])
    (-110.0, -30.0)
    """
    loudest = max(float(level.max()) for level in levels)
    top = 0.0 if loudest <= 10 * np.log10(FLOOR_POWER) else 5.0 * float(np.ceil(loudest / 5))
    return top - RANGE_DB, top


def spectrogram_png(level: Array, *, range_db: tuple[float, float]) -> bytes:
    r"""Return the picture of a spectrogram as a PNG with a palette.

    Parameters
    ----------
    level : array (rows, columns)
        In dB, the lowest frequency in row 0.
    range_db : tuple of float
        Levels of the darkest and the brightest colour.

    Returns
    -------
    bytes
        A PNG, one pixel a cell, the lowest frequency at the bottom.

    Examples
    --------
    >>> spectrogram_png(np.zeros((120, 640)), range_db=(-80, 0))[:4]
    b'\x89PNG'
    """
    low, high = range_db
    index = np.clip((level - low) / (high - low) * (N_COLOURS - 1), 0, N_COLOURS - 1).round()
    image = Image.fromarray(index[::-1].astype(np.uint8), mode="P")
    colours = colormaps[COLOUR_MAP](np.linspace(0, 1, N_COLOURS))[:, :3]
    image.putpalette((colours * 255).round().astype(np.uint8).tobytes())
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()


def colour_stops() -> str:
    """Return the colour map as colours of a CSS gradient, dark first.

    Examples
    --------
    >>> colour_stops()[:17]
    '#000004, #221150,'
    """
    return ", ".join(to_hex(colour) for colour in colormaps[COLOUR_MAP](np.linspace(0, 1, 8)))


def waveform_path(waveform: Array, *, full_scale: float) -> str:
    """Return an SVG path around the waveform, for the view box ``0 -1 400 2``.

    Parameters
    ----------
    waveform : array (time,)
        Samples.
    full_scale : float
        Sample value that reaches the edge of the picture.

    Examples
    --------
    >>> waveform_path(np.array([0.0, 0.5]), full_scale=1.0)
    'M100 0L300 -.5L300 -.5L100 0Z'
    """
    n_columns = min(N_WAVEFORM_COLUMNS, len(waveform))
    starts = np.arange(n_columns) * len(waveform) // n_columns
    top = -np.maximum.reduceat(waveform, starts) / full_scale  # SVG counts downwards
    bottom = -np.minimum.reduceat(waveform, starts) / full_scale
    across = (np.arange(n_columns) + 0.5) * (N_WAVEFORM_COLUMNS / n_columns)
    points = [(x, y) for x, y in zip(across, top, strict=True)]
    points += [(x, y) for x, y in zip(across[::-1], bottom[::-1], strict=True)]
    return "M" + "L".join(f"{x:g} {_short(y)}" for x, y in points) + "Z"


def time_ticks(n_seconds: float) -> list[float]:
    """Return at most nine times in seconds at which an axis takes a number, in steps of 1, 2 or 5.

    Examples
    --------
    >>> time_ticks(8.0), time_ticks(0.5)
    ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    """
    decade = 10.0 ** np.floor(np.log10(n_seconds / 8))
    step = next(decade * factor for factor in (1, 2, 5, 10) if n_seconds / (decade * factor) <= 8)
    return [round(float(step) * index, 6) for index in range(int(n_seconds / step + 1e-9) + 1)]


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".").replace("0.", ".", 1)
    return "0" if text in ("", "-", "-0") else text


def _mean_between(values: Array, edges: Array) -> Array:
    # mean over [edges[i], edges[i + 1]] where column k of values fills [k, k + 1]
    cumulative = np.pad(np.cumsum(values, axis=-1), ((0, 0), (1, 0)))  # (..., n + 1)
    edges = np.clip(edges, 0, values.shape[-1])
    low = np.minimum(edges.astype(int), values.shape[-1] - 1)
    at_edges = cumulative[:, low] + (edges - low) * values[:, low]
    widths = np.maximum(np.diff(edges), 1e-9)
    return np.asarray(np.maximum(np.diff(at_edges, axis=-1), 0) / widths)
