"""Sounds of things that are hit, scratched, brushed or trodden on: wood, plastic, cloth, gravel.

Conventions
-----------
One event in, one mono signal ``(time,)`` out, peak 1, its onset at sample 0; loudness is set by the mix.
A clip has one voice: a measured event that it imitates and a size that shifts all its frequencies.

Source
------
Modal synthesis with contact noise; figures from ``reference_data/foley_parameters.csv``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2ra.foley.clouds import grain_cloud, grains
from v2ra.foley.events import Event
from v2ra.foley.parameters import SoundModel, load_models, load_setting
from v2ra.foley.resonators import decaying, limited, ramp, resonate, shaped_noise, unit_energy

FloatArray = NDArray[np.float64]

LOWEST_HZ = 180.0  # a damped mode below this one reaches under the high-pass at 60 Hz
LONGEST_MODE_SECONDS = 0.15  # longer values are tones of the recording's background
TAIL_LIMITS_SECONDS = (0.03, 0.30)  # denoised recordings have spurious tails; longer ones are cut here


@dataclass(frozen=True)
class Voice:
    """What one clip sounds with.

    Attributes
    ----------
    model : SoundModel
        Measured event that is imitated.
    size : float
        Factor on every frequency, near 1; a larger object has a smaller factor.
    """

    model: SoundModel
    size: float


def draw_voice(category: str, *, rng: np.random.Generator) -> Voice:
    """Draw the voice of a clip: one of the measured events and a size.

    Parameters
    ----------
    category : str
        One of the seven categories.
    rng : Generator
        Source of chance.

    Returns
    -------
    Voice
        Recordings are equally likely, whatever the number of their events.

    Examples
    --------
    >>> draw_voice("wood", rng=np.random.default_rng(0)).model.category
    'wood'
    """
    models = load_models(category)
    recordings = sorted({model.source.split(" event ")[0] for model in models})
    chosen = recordings[int(rng.integers(len(recordings)))]
    events = [model for model in models if model.source.startswith(f"{chosen} event ")]
    size = float(np.exp(load_setting("all", "size_spread") * rng.standard_normal()))
    return Voice(events[int(rng.integers(len(events)))], size)


def _ring(voice: Voice, event: Event, shape: FloatArray, rng: np.random.Generator, rate: int) -> FloatArray:
    """Modes rung by the contact: at another place each time, duller when soft; energy 1."""
    model, n_samples = voice.model, shape.size
    frequencies = np.maximum(voice.size * model.values("mode_frequency_hz"), LOWEST_HZ)
    softness = load_setting("all", "softness_slope_db") * (1 - event.strength)
    levels = model.values("mode_level_db") - softness * np.log2(frequencies / frequencies.min())
    if event.kind == "scratch":
        grain_rate = load_setting(model.category, "scratch_rate_hz")
        force = shape * grains(n_samples, rate_hz=grain_rate, rng=rng, sample_rate=rate)
    else:
        force = np.eye(1, n_samples).ravel()
    ring = resonate(
        force,
        frequencies * rng.normal(1.0, 0.005, frequencies.size),
        levels_db=levels + rng.normal(0.0, 2.0, frequencies.size),
        decays_seconds=np.minimum(model.values("mode_decay_ms") / 1000, LONGEST_MODE_SECONDS),
        sample_rate=rate,
    )
    return unit_energy(ring)


def _noise(
    voice: Voice, event: Event, shape: FloatArray, tail_shape: FloatArray, rng: np.random.Generator, rate: int
) -> FloatArray:
    """Noise of the contact, up to the recording's roll-off, and the diffuse tail around its centroid."""
    model, n_samples = voice.model, shape.size
    centre = voice.size * model.value("centroid_hz")
    top = voice.size * model.value("rolloff99_hz") * (0.4 + 0.6 * event.strength)
    low = max(centre / 2, LOWEST_HZ)
    contact = shape * shaped_noise(n_samples, low_hz=low, high_hz=top, rng=rng, sample_rate=rate)
    tail = tail_shape * shaped_noise(n_samples, low_hz=low, high_hz=1.3 * centre, rng=rng, sample_rate=rate)
    gains = [10 ** (load_setting(model.category, name) / 20) for name in ("contact_db", "tail_db")]
    return gains[0] * unit_energy(contact) + gains[1] * unit_energy(tail)


def render_impact(
    voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Sound of a hit or scratch on wood, plastic or cloth.

    Parameters
    ----------
    voice : Voice
        Of a category with modes.
    event : Event
        Strength 0.3..1, kind hit or scratch.
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
    >>> rng = np.random.default_rng(0)
    >>> sound = render_impact(draw_voice("wood", rng=rng), Event(0.5, 1.0, "hit", 0.1), rng=rng)
    >>> int(np.abs(sound).argmax()) < 441
    True
    """
    category, held = voice.model.category, event.duration_seconds if event.kind == "scratch" else 0.0
    tail_decay = float(np.clip(3e-3 * voice.model.value("decay20_ms"), *TAIL_LIMITS_SECONDS))
    n_samples = round((held + max(tail_decay, LONGEST_MODE_SECONDS)) * sample_rate)
    contact_decay = load_setting(category, "contact_decay_ms") / 1000
    shape, tail_shape = (_held_decay(n_samples, held, t, sample_rate) for t in (contact_decay, tail_decay))
    sound = _ring(voice, event, shape, rng, sample_rate)
    sound += _noise(voice, event, shape, tail_shape, rng, sample_rate)
    attack = load_setting(category, "attack_ms") / 1000
    sound *= ramp(n_samples, attack_seconds=attack, sample_rate=sample_rate)
    return limited(sound, drive=load_setting(category, "drive"))


def _held_decay(n_samples: int, held_seconds: float, decay_seconds: float, sample_rate: int) -> FloatArray:
    """Gain that falls slowly to a half while a scratch lasts, then decays."""
    held = min(round(held_seconds * sample_rate), n_samples)
    fading = decaying(n_samples - held, decay_seconds=decay_seconds, sample_rate=sample_rate)
    return np.concatenate([np.linspace(1, 0.5, held), (0.5 if held else 1.0) * fading])


def render_step(
    voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Sound of a step on gravel: a cloud of grains, dense at the tread and thinning out.

    Parameters
    ----------
    voice : Voice
        Of the category gravel.
    event : Event
        Strength 0.3..1, kind step.
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
    >>> rng = np.random.default_rng(0)
    >>> render_step(draw_voice("gravel", rng=rng), Event(0.5, 1.0, "step", 0.2), rng=rng).max() <= 1
    np.True_
    """
    model = voice.model
    n_samples = round((event.duration_seconds + 0.05) * sample_rate)
    brightness = load_setting("gravel", "brightness") * (0.85 + 0.15 * event.strength)
    fading = 3.5e-3 * model.value("decay20_ms")
    sound = grain_cloud(
        decaying(n_samples, decay_seconds=fading, sample_rate=sample_rate),
        rate_hz=load_setting("gravel", "grain_density") * model.value("grain_rate_hz"),
        pitch_hz=voice.size * brightness * model.value("centroid_hz"),
        spread=load_setting("gravel", "stone_spread"),
        decay_seconds=load_setting("gravel", "grain_decay_ms") / 1000,
        rng=rng,
        sample_rate=sample_rate,
    )
    return limited(sound, drive=load_setting("gravel", "drive"))
