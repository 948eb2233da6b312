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

from v2ra.foley.events import Event
from v2ra.foley.parameters import SoundModel, load_models, load_setting
from v2ra.foley.resonators import decaying, grains, limited, ramp, resonate, shaped_noise, unit_energy

FloatArray = NDArray[np.float64]

N_STONES = 8  # groups of gravel grains, each with a pitch of its own
LOWEST_HZ = 180.0  # a damped mode below this one reaches under the high-pass at 60 Hz
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


def _mode_levels(voice: Voice, event: Event, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Frequencies of the modes and their levels: another place of contact, less brightness when soft."""
    frequencies = np.maximum(voice.size * voice.model.values("mode_frequency_hz"), LOWEST_HZ)
    octaves = np.log2(frequencies / frequencies.min())
    softness = load_setting("all", "softness_slope_db") * (1 - event.strength) * octaves
    jitter = rng.normal(0.0, 2.0, size=frequencies.size)
    return frequencies * rng.normal(1.0, 0.005, frequencies.size), (
        voice.model.values("mode_level_db") + jitter - softness
    )


def _force(event: Event, n_samples: int, rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Force on the object: an impulse for a hit, a stream of small impulses for a scratch."""
    if event.kind != "scratch":
        return np.eye(1, n_samples).ravel()
    return grains(n_samples, rate_hz=500.0, rng=rng, sample_rate=sample_rate)


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
    model, category = voice.model, voice.model.category
    tail_decay = float(np.clip(3e-3 * model.value("decay20_ms"), *TAIL_LIMITS_SECONDS))
    held = event.duration_seconds if event.kind == "scratch" else 0.0
    n_samples = round((held + max(tail_decay, 0.05)) * sample_rate)
    frequencies, levels = _mode_levels(voice, event, rng)
    shape = _held_decay(n_samples, held, load_setting(category, "contact_decay_ms") / 1000, sample_rate)
    force = _force(event, n_samples, rng, sample_rate)
    if held:
        force = force * shape
    decays = model.values("mode_decay_ms") / 1000
    ring = resonate(force, frequencies, levels_db=levels, decays_seconds=decays, sample_rate=sample_rate)
    centre = voice.size * model.value("centroid_hz")
    top = voice.size * model.value("rolloff99_hz") * (0.4 + 0.6 * event.strength)
    low = max(centre / 2, LOWEST_HZ)
    contact = shaped_noise(n_samples, low_hz=low, high_hz=top, rng=rng, sample_rate=sample_rate)
    tail = shaped_noise(n_samples, low_hz=low, high_hz=1.3 * centre, rng=rng, sample_rate=sample_rate)
    tail *= _held_decay(n_samples, held, tail_decay, sample_rate)
    sound = unit_energy(ring)
    sound += 10 ** (load_setting(category, "contact_db") / 20) * unit_energy(contact * shape)
    sound += 10 ** (load_setting(category, "tail_db") / 20) * unit_energy(tail)
    attack = load_setting(category, "attack_ms") / 1000
    sound *= ramp(n_samples, attack_seconds=attack, sample_rate=sample_rate)
    return limited(sound, drive=load_setting(model.category, "drive"))


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
    rate = load_setting("gravel", "grain_density") * model.value("grain_rate_hz")
    centre = voice.size * model.value("centroid_hz") * load_setting("gravel", "brightness")
    centre *= 0.85 + 0.15 * event.strength
    decay = decaying(n_samples, decay_seconds=3.5e-3 * model.value("decay20_ms"), sample_rate=sample_rate)
    sound = np.zeros(n_samples)
    for _ in range(N_STONES):
        cloud = grains(n_samples, rate_hz=rate / N_STONES, rng=rng, sample_rate=sample_rate) * decay
        pitch = centre * np.exp(load_setting("gravel", "stone_spread") * rng.standard_normal())
        ringing = load_setting("gravel", "grain_decay_ms") / 1000 * rng.uniform(0.7, 1.4)
        sound += _stone(cloud, min(pitch, 0.45 * sample_rate), ringing, sample_rate)
    return limited(sound, drive=load_setting(model.category, "drive"))


def _stone(cloud: FloatArray, pitch: float, ringing: float, sample_rate: int) -> FloatArray:
    """Ring of one group of grains, with a faint second mode."""
    frequencies = np.array([pitch, min(2.3 * pitch, 0.46 * sample_rate)])
    return resonate(
        cloud,
        frequencies,
        levels_db=np.array([0.0, -8.0]),
        decays_seconds=np.array([ringing, 0.6 * ringing]),
        sample_rate=sample_rate,
    )
