"""Sound of a firework: the report of a burst, its rumble and the crackle of its stars.

Conventions
-----------
One event in, one mono signal ``(time,)`` out, peak 1, its onset at sample 0; loudness is set by the mix.

Source
------
Figures from ``reference_data/foley_parameters.csv``.
"""

import numpy as np
from numpy.typing import NDArray

from v2ra.foley.clouds import grain_cloud
from v2ra.foley.events import Event
from v2ra.foley.impacts import Voice
from v2ra.foley.parameters import load_setting
from v2ra.foley.resonators import decaying, limited, ramp, shaped_noise, unit_energy

FloatArray = NDArray[np.float64]

LOWEST_HZ = 140.0  # the high-pass at 60 Hz leaves the rest alone
CRACKLE_START_SECONDS = 0.06  # the stars ignite after the report


def render_burst(
    voice: Voice, event: Event, *, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Sound of one burst.

    Parameters
    ----------
    voice : Voice
        Of the category firework.
    event : Event
        Strength 0.3..1; its duration is that of the crackle.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Peak 1, onset at sample 0, little under 100 Hz.

    Examples
    --------
    >>> from v2ra.foley.impacts import draw_voice
    >>> rng = np.random.default_rng(0)
    >>> burst = render_burst(draw_voice("firework", rng=rng), Event(0.5, 1.0, "burst", 0.6), rng=rng)
    >>> int(np.abs(burst).argmax()) < 4410
    True
    """
    model, n_samples = voice.model, round((event.duration_seconds + 0.1) * sample_rate)
    centre = voice.size * model.value("centroid_hz")
    top = voice.size * model.value("rolloff99_hz") * (0.5 + 0.5 * event.strength)
    report_decay = 3e-3 * model.value("decay10_ms") * rng.uniform(0.8, 1.25)
    rumble_decay = 3e-3 * model.value("decay20_ms") * rng.uniform(0.8, 1.25)
    bands = (  # level (dB), lower and upper corner (Hz), decay (s)
        (0.0, LOWEST_HZ, 0.9 * centre, report_decay),
        (
            load_setting("firework", "crack_db"),
            centre,
            top,
            load_setting("firework", "crack_decay_ms") / 1000,
        ),
        (load_setting("firework", "rumble_db"), LOWEST_HZ, 0.7 * centre, max(rumble_decay, 0.2)),
    )
    sound = np.zeros(n_samples)
    for level, low, high, decay in bands:
        length = min(n_samples, round(decay * sample_rate))  # 60 dB down nothing is missed
        noise = shaped_noise(length, low_hz=low, high_hz=high, rng=rng, sample_rate=sample_rate)
        noise *= decaying(length, decay_seconds=decay, sample_rate=sample_rate)
        sound[:length] += 10 ** (level / 20) * unit_energy(noise)
    crackle = _crackle(voice, event, n_samples, rng=rng, sample_rate=sample_rate)
    sound += 10 ** (load_setting("firework", "crackle_db") / 20) * crackle
    attack = load_setting("firework", "attack_ms") / 1000
    sound *= ramp(n_samples, attack_seconds=attack, sample_rate=sample_rate)
    return limited(sound, drive=load_setting("firework", "drive"))


def _crackle(
    voice: Voice, event: Event, n_samples: int, *, rng: np.random.Generator, sample_rate: int
) -> FloatArray:
    """Many small pops that set in after the report and die away with the stars; energy 1."""
    start = round(CRACKLE_START_SECONDS * sample_rate)
    pops = grain_cloud(
        decaying(n_samples - start, decay_seconds=1.5 * event.duration_seconds, sample_rate=sample_rate),
        rate_hz=voice.model.value("grain_rate_hz"),
        pitch_hz=0.4 * voice.size * voice.model.value("rolloff99_hz"),
        spread=load_setting("firework", "star_spread"),
        decay_seconds=load_setting("firework", "pop_decay_ms") / 1000,
        rng=rng,
        sample_rate=sample_rate,
    )
    return unit_energy(np.concatenate([np.zeros(start), pops]))
