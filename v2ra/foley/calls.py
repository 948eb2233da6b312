"""Sounds of animals: barks by source and filter, chirps by frequency modulation.

Conventions
-----------
One event in, one mono signal ``(time,)`` out, peak 1, its onset at sample 0; loudness is set by the mix.

Source
------
Source–filter model of the voice; figures from ``reference_data/foley_parameters.csv``.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate, signal

from v2ra.foley.events import Event
from v2ra.foley.impacts import Voice
from v2ra.foley.parameters import load_setting
from v2ra.foley.resonators import limited, ramp, resonate, unit_energy

FloatArray = NDArray[np.float64]

# One period of the pulse train of vocal folds: harmonics that fall by 6 dB an octave; 16 of them stay
# under half the sample rate for every pitch up to 1300 Hz.
PULSE = np.sum(
    [np.cos(2 * np.pi * k * np.arange(512) / 512 + 0.3 * k) / k for k in range(1, 17)], axis=0, dtype=float
)


def _pulses(pitch: FloatArray, *, sample_rate: int) -> FloatArray:
    """Pulse train that follows a pitch contour in Hz, shape (time,)."""
    phase = np.cumsum(pitch) / sample_rate % 1
    return np.asarray(np.interp(phase, np.arange(513) / 512, np.append(PULSE, PULSE[0])))


def _wander(n_samples: int, *, step: int, rng: np.random.Generator) -> FloatArray:
    """Random curve around 0 with standard deviation 1, a new value every few samples."""
    knots = rng.standard_normal(n_samples // step + 2)
    return np.asarray(np.interp(np.arange(n_samples) / step, np.arange(knots.size), knots))


def _swell(n_samples: int, *, attack_seconds: float, peak_at: float, sample_rate: int) -> FloatArray:
    """Gain of a call: a sharp start at 0.7, a swell to 1 at a share of its length, a fall to 0."""
    time = np.linspace(0, 1, n_samples)
    curve = interpolate.PchipInterpolator([0, peak_at, 0.5 * (1 + peak_at), 1], [0.7, 1.0, 0.45, 0.0])(time)
    return np.asarray(curve * ramp(n_samples, attack_seconds=attack_seconds, sample_rate=sample_rate))


def render_bark(
    voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Sound of one bark: a gliding pulse train and breath through four formants.

    Parameters
    ----------
    voice : Voice
        Of the category dog.
    event : Event
        Strength 0.3..1; its duration is the bark's.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Peak 1, onset at sample 0.

    Examples
    --------
    >>> from v2ra.foley.impacts import draw_voice
    >>> rng = np.random.default_rng(0)
    >>> render_bark(draw_voice("dog", rng=rng), Event(0.5, 1.0, "bark", 0.2), rng=rng).shape
    (10143,)
    """
    model, n_voiced = voice.model, round(event.duration_seconds * sample_rate)
    n_samples = n_voiced + round(0.03 * sample_rate)  # formants ring on
    glide = load_setting("dog", "glide")
    contour = interpolate.PchipInterpolator([0, 0.3, 1], [1 - 0.6 * glide, 1.0, 1 - glide])
    height = voice.size * model.value("pitch_hz") * (0.85 + 0.15 * event.strength) * rng.uniform(0.95, 1.05)
    pitch = height * contour(np.linspace(0, 1, n_voiced))
    pitch *= 1 + 0.02 * _wander(n_voiced, step=round(0.004 * sample_rate), rng=rng)
    swell = _swell(
        n_voiced,
        attack_seconds=load_setting("dog", "attack_ms") / 1000,
        peak_at=rng.uniform(0.2, 0.35),
        sample_rate=sample_rate,
    )
    breath = 10 ** (-model.value("tone_to_noise_db") / 20)
    source = unit_energy(_pulses(pitch, sample_rate=sample_rate))
    source += breath * unit_energy(rng.standard_normal(n_voiced))
    source = np.concatenate([source * swell, np.zeros(n_samples - n_voiced)])
    sound = _mouth(source, voice, sample_rate)
    return limited(sound, drive=load_setting(voice.model.category, "drive"))


def _mouth(source: FloatArray, voice: Voice, sample_rate: int) -> FloatArray:
    """Formants in parallel, falling with frequency, then the measured upper limit of the recording."""
    formants = voice.size * voice.model.values("formant_hz")
    slope = load_setting("dog", "formant_slope_db")
    ringing = np.full(
        formants.size, 2.2 / load_setting("dog", "formant_width_hz")
    )  # 60-dB decay = 2.2 / width
    levels = slope * np.log2(formants / formants[0])
    sound = resonate(source, formants, levels_db=levels, decays_seconds=ringing, sample_rate=sample_rate)
    top = min(1.6 * voice.size * voice.model.value("rolloff99_hz"), 0.45 * sample_rate)
    return np.asarray(signal.sosfilt(signal.butter(2, top, fs=sample_rate, output="sos"), sound))


def render_chirp(
    voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Sound of one chirp: a tone that follows a measured contour, a faint second harmonic, some breath.

    Parameters
    ----------
    voice : Voice
        Of the category bird.
    event : Event
        Strength 0.3..1; its duration is the chirp's.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Peak 1, onset at sample 0.

    Examples
    --------
    >>> from v2ra.foley.impacts import draw_voice
    >>> rng = np.random.default_rng(0)
    >>> render_chirp(draw_voice("bird", rng=rng), Event(0.5, 1.0, "chirp", 0.1), rng=rng).shape
    (4410,)
    """
    n_samples = round(event.duration_seconds * sample_rate)
    points = voice.size * voice.model.values("contour_hz") * rng.normal(1.0, 0.02)
    contour = interpolate.PchipInterpolator(np.linspace(0, 1, points.size), points)
    frequency = contour(np.linspace(0, 1, n_samples))
    frequency *= 1 + 0.004 * _wander(n_samples, step=round(0.006 * sample_rate), rng=rng)
    phase = 2 * np.pi * np.cumsum(frequency) / sample_rate
    breath = 10 ** (load_setting("bird", "breath_db") / 20) * rng.standard_normal(n_samples)
    harmonic = 10 ** (load_setting("bird", "harmonic_db") / 20)
    sound = np.sin(phase) + harmonic * np.sin(2 * phase) + breath
    sound *= _tremolo(n_samples, rng=rng, sample_rate=sample_rate)
    sound *= _swell(
        n_samples,
        attack_seconds=load_setting("bird", "attack_ms") / 1000,
        peak_at=rng.uniform(0.25, 0.5),
        sample_rate=sample_rate,
    )
    return limited(sound, drive=load_setting(voice.model.category, "drive"))


def _tremolo(n_samples: int, *, rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Gain that flutters at random, and in some chirps trills at a steady rate."""
    wander = _wander(n_samples, step=round(0.025 * sample_rate), rng=rng)
    # At first there is no flutter: a weak start would put the onset late.
    wander *= ramp(n_samples, attack_seconds=0.03, sample_rate=sample_rate)
    gain = np.clip(1 + load_setting("bird", "flutter") * wander, 0.4, 1.4)
    if rng.random() < load_setting("bird", "trill_share"):
        rate = load_setting("bird", "trill_hz") * rng.uniform(0.85, 1.2)
        gain = gain * (0.6 + 0.4 * np.cos(2 * np.pi * rate * np.arange(n_samples) / sample_rate))
    return np.asarray(gain)
