"""The sound of a clip: its events in a small room, with background noise and nothing under 60 Hz.

Conventions
-----------
Sound is mono ``(time,)`` float32 in [-1, 1] at ``sample_rate`` Hz. An event's sound begins at the sample
nearest to its time. Levels are in dB re an RMS (noise) or a peak (events) of 1.

The events pass a causal Butterworth high-pass of fourth order at 80 Hz, and the noise starts at 150 Hz, so
that under 60 Hz lies less than a thousandth of the energy: with DC or rumble in the sound a discriminator
tells real from generated at once, and the generator learns nothing.

Source
------
Figures from ``reference_data/foley_parameters.csv``.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from v2ra.errors import InputError
from v2ra.foley.calls import render_bark, render_chirp
from v2ra.foley.categories import check_category
from v2ra.foley.events import Event
from v2ra.foley.fireworks import render_burst
from v2ra.foley.impacts import Voice, draw_voice, render_impact, render_step
from v2ra.foley.measures import high_pass
from v2ra.foley.parameters import load_setting
from v2ra.foley.resonators import decaying, shaped_noise, unit_energy

FloatArray = NDArray[np.float64]

NOISE_DB = -50.0
CORNER_HZ = 80.0  # with 60 Hz itself, a burst or a cloth thud keeps up to 1/600 of its energy below
NOISE_BAND_HZ = (150.0, 4000.0)  # the hiss of a quiet room
N_REFLECTIONS = 8
HEADROOM = 0.99

RENDERERS: dict[str, Callable[..., FloatArray]] = {
    "bird": render_chirp,
    "dog": render_bark,
    "firework": render_burst,
    "cloth": render_impact,
    "wood": render_impact,
    "gravel": render_step,
    "plastic": render_impact,
}


def synthesise_sound(
    category: str,
    events: Sequence[Event],
    *,
    n_seconds: float,
    rng: np.random.Generator,
    noise_db: float = NOISE_DB,
    sample_rate: int = 44_100,
) -> NDArray[np.float32]:
    """Synthesise the sound of a clip.

    Parameters
    ----------
    category : str
        One of the seven categories.
    events : sequence of Event
        What sounds; may be empty.
    n_seconds : float
        Length in seconds.
    rng : Generator
        Source of chance.
    noise_db : float
        RMS of the background noise in dB re 1.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,), float32
        Sound in [-1, 1]; the hardest event of the loudest clip peaks near -3 dB.

    Raises
    ------
    InputError
        If the category is unknown, or an event lies outside the clip.

    Examples
    --------
    >>> sound = synthesise_sound("wood", (), n_seconds=1, rng=np.random.default_rng(0))
    >>> sound.shape, round(20 * np.log10(float(sound.std())))
    ((44100,), -50)
    """
    check_category(category)
    outside = [event.seconds for event in events if not 0 <= event.seconds < n_seconds]
    if outside:
        raise InputError(f"found an event at {outside[0]} s; expected 0 to {n_seconds} s; move the event")
    n_samples = round(n_seconds * sample_rate)
    voice = draw_voice(category, rng=rng)
    dry = np.zeros(n_samples)
    for event in events:
        _add_event(dry, voice, event, rng=rng, sample_rate=sample_rate)
    wet = signal.oaconvolve(dry, _room(rng=rng, sample_rate=sample_rate))[:n_samples]
    wet = high_pass(wet, corner_hz=CORNER_HZ, sample_rate=sample_rate)
    # Reflections that meet a tail may add to the peak: the room changes the sound, not its level.
    wet *= np.abs(dry).max() / max(float(np.abs(wet).max()), 1e-12)
    spread = load_setting("all", "gain_spread_db")
    gain_db = load_setting("all", "peak_db") - spread + rng.uniform(-spread, spread)
    low, high = NOISE_BAND_HZ
    noise = shaped_noise(n_samples, low_hz=low, high_hz=high, rng=rng, sample_rate=sample_rate)
    mix = 10 ** (gain_db / 20) * wet + 10 ** (noise_db / 20) * noise
    return (mix * min(1.0, HEADROOM / max(float(np.abs(mix).max()), 1e-12))).astype(np.float32)


def _add_event(
    mix: FloatArray, voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int
) -> None:
    """Add one event to the mix in place, as loud as it is strong; what runs past the end is cut."""
    sound = RENDERERS[voice.model.category](voice, event, rng=rng, sample_rate=sample_rate)
    start = round(event.seconds * sample_rate)
    sound = sound[: mix.size - start]
    mix[start : start + sound.size] += event.strength ** load_setting("all", "strength_exponent") * sound


def _room(*, rng: np.random.Generator, sample_rate: int) -> FloatArray:
    """Impulse response of a small room: the direct sound, a few reflections and a short diffuse decay."""
    decay = load_setting("all", "room_decay_ms") / 1000
    n_samples = round(decay * sample_rate)
    late = 0.2 * rng.standard_normal(n_samples)
    late[: round(0.012 * sample_rate)] = 0  # the first wall is two metres away
    at = rng.integers(round(0.004 * sample_rate), round(0.04 * sample_rate), size=N_REFLECTIONS)
    late[at] += rng.choice([-8.0, 8.0], size=N_REFLECTIONS)
    late *= decaying(n_samples, decay_seconds=decay, sample_rate=sample_rate)
    response = 10 ** (load_setting("all", "room_level_db") / 20) * unit_energy(late)
    response[0] = 1.0
    return response
