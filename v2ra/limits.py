"""The range of every number in a configuration.

Conventions
-----------
Both ends belong to a range. A rate in [0, 1) ends just below 1. Numbers that are not finite are in none.

Source
------
The meaning of each number: a share, a count, a slope; Adam's own limits for its moments.
"""

import math
from collections.abc import Mapping

from v2ra.errors import InputError

ANY = math.inf
BELOW_ONE = math.nextafter(1.0, 0.0)

RANGES: Mapping[str, tuple[float, float]] = {
    "data.n_clips": (1, ANY),
    "data.n_clip_seconds": (0.1, ANY),
    "data.seed": (0, ANY),
    "data.noise_db": (-ANY, 0),
    "data.split_seed": (0, ANY),
    "data.test_share": (0, 1),
    "data.validation_share": (0, 1),
    "data.highpass_hz": (0, 20_000),  # below half of 44.1 kHz
    "clean.min_contacts": (0, ANY),
    "clean.min_material_share": (0, 1),
    "clean.max_unknown_share": (0, 1),
    "clean.min_snr_db": (0, ANY),
    "clean.max_tone_share": (0, 1),
    "clean.max_clips": (0, ANY),
    "features.image_size": (32, 4096),  # five halvings in VGG19 leave one pixel of 32
    "generator.base_width": (1, ANY),
    "generator.n_channels": (1, 1),  # clips have one channel; the modules alone take more
    "generator.dropout": (0, 1),
    "generator.n_dropout_layers": (0, 6),  # the seventh layer of the decoder gives the sound
    "generator.leaky_slope": (0, 1),
    "discriminator.base_width": (1, ANY),
    "discriminator.leaky_slope": (0, 1),
    "discriminator.sound_gain": (0, ANY),
    "discriminator.input_noise": (0, ANY),
    "loss.l1_weight": (0, ANY),
    "loss.adversarial_weight": (0, ANY),
    "training.batch_size": (1, ANY),
    "training.n_steps": (1, ANY),
    "training.d_steps_per_g_step": (1, ANY),
    "training.learning_rate": (0, ANY),
    "training.d_learning_rate": (0, ANY),
    "training.beta1": (0, BELOW_ONE),
    "training.beta2": (0, BELOW_ONE),
    "training.average_decay": (0, BELOW_ONE),
    "training.validate_every": (1, ANY),
    "training.checkpoint_every": (1, ANY),
    "training.n_threads": (1, ANY),
    "denoising.noise_std": (0, ANY),
    "denoising.quiet_share": (0.01, 1),
    "peak_match.grain_seconds": (1e-4, ANY),
    "peak_match.min_height": (1e-4, 1),
    "peak_match.seed": (0, ANY),
    "generation.hop_seconds": (0.1, 1),  # a vector lasts 0.1 s, a window 1 s
}


def check_number(key: str, value: float, *, source: str) -> None:
    """Refuse a number outside its range.

    Parameters
    ----------
    key : str
        Dotted key, for example "training.batch_size".
    value : float
        The number.
    source : str
        Where it was read: a file, or an option.

    Raises
    ------
    InputError
        Where the value is not finite or outside the range of its key.

    Examples
    --------
    >>> check_number("generator.dropout", 0.5, source="quick.toml")
    """
    low, high = RANGES[key]
    if low <= value <= high and math.isfinite(value):
        return
    expected = (
        f"from {low:g}" if high == ANY else f"up to {high:g}" if low == -ANY else f"from {low:g} to {high:g}"
    )
    if high == BELOW_ONE:
        expected = "from 0 to below 1"
    raise InputError(f"found {key} = {value!r} in {source}; expected a number {expected}; change it")
