"""Every choice of a run, as frozen dataclasses read from TOML.

A configuration has layers: a profile (``configs/quick.toml``) and a recipe (``configs/recipes/paper.toml``). Each
file holds only what differs from the defaults; a later one wins. Keys that no class knows are errors.

Conventions
-----------
Rates in Hz, times in seconds, levels in dB. Defaults are the paper's values where it gives one (Tables 1 to 3,
Section 4.2); every other one is an open choice with its reason in PAPER_NOTES.md.

Source
------
Sections 3.1 (encoding), 3.2 (networks, losses), 3.3 (`v2ra.scheme_settings`), 4.2, Table 3 (training).
"""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from v2ra.clean_rule import Clean
from v2ra.errors import InputError
from v2ra.scheme_settings import Denoising, PeakMatching
from v2ra.sections import merge, read_toml


@dataclass(frozen=True)
class Data:
    """Clips and how they are split."""

    categories: tuple[str, ...] = ()  # empty: every category there is
    n_clips: int = 16  # foley clips a category; Section 4.1 chose "about 10-30 videos"
    n_clip_seconds: float = 8.0  # length of a foley clip
    seed: int = 0  # of the foley scenes and sounds
    noise_db: float = -50.0  # background noise of foley clips, re full scale
    split_seed: int = 0  # of the hash that assigns a clip to a part
    test_share: float = 0.25  # Section 4.1: 75 % training, 25 % testing
    validation_share: float = 0.2  # of all clips, taken out of the training part
    split: Literal["random", "official"] = "random"  # official: the lists of a set's makers, where it has any
    highpass_hz: float = 0.0  # high-pass on the sound that is learnt; 0 is off (the paper names none)


@dataclass(frozen=True)
class Features:
    """Frames to feature vectors to V."""

    backend: Literal["vgg19", "efficientnet_lite0", "seeded"] = "vgg19"  # Section 3.1: VGG19 fc6
    weights: str = ""  # state-dict path for vgg19; empty: torchvision's cache
    image_size: int = 256  # pixels; Section 3.1 reshapes frames to 256 × 256
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    which_frame: Literal["first", "middle", "last"] = "last"  # of each group of q: Eq. 3 reads v_{t,q}
    scaling: Literal["clip_mean_3sigma", "clip_standard_3sigma", "min_max", "none"] = "clip_mean_3sigma"
    projection: Literal["none", "level"] = "none"  # Eq. 3 has none; "level": v2ra.readout


@dataclass(frozen=True)
class Generator:
    """Switches of Table 1; the rows of Table 7 are combinations of them."""

    base_width: int = 64  # d, Table 3
    n_channels: int = 1  # c, Table 3
    skip_connections: bool = False  # Table 7, "+ skip connections"
    noise_input: bool = False  # Table 7, "+ z as input": a second input channel of N(0, 1)
    audio_filter: bool = True  # Table 7, "- audio filter": the 513-tap layer after Tanh
    dropout: float = 0.5  # Section 4.2
    n_dropout_layers: int = 3  # decoder layers with dropout, from the bottleneck, as in [42]
    dropout_at_test: bool = False  # off: a dub does not change from one run to the next
    norm: Literal["batch", "none"] = "batch"  # Section 3.2; never in the first layer
    norm_at_bottleneck: bool = True  # batch norm over one value a channel and clip
    norm_at_test: Literal["calibrated", "running", "batch"] = "calibrated"
    leaky_slope: float = 0.2  # of the encoder, as in [42]


@dataclass(frozen=True)
class Discriminator:
    """Switches of Table 2."""

    base_width: int = 64  # d, Table 3
    head: Literal["8d", "one"] = "8d"  # channels of the last row: as printed, or one score
    norm: Literal["batch", "none"] = "batch"
    leaky_slope: float = 0.2
    sound_gain: float = 1.0  # of the sound at D's input: V is some ten times louder than an impact
    input_noise: float = 0.0  # standard deviation of noise on the sound that D hears while training


@dataclass(frozen=True)
class Loss:
    """Terms of Eq. 8 and 9."""

    adversarial: Literal["least_squares", "cross_entropy", "none"] = "least_squares"
    l1_weight: float = 10.0  # λ of Eq. 9, which the paper does not give
    adversarial_weight: float = 1.0  # 0 leaves the L1 row of Table 7


@dataclass(frozen=True)
class Training:
    """The loop."""

    batch_size: int = 64  # Table 3
    n_steps: int = 5000  # generator steps; the paper gives none
    d_steps_per_g_step: int = 2  # Table 3
    learning_rate: float = 1e-3  # Section 4.2
    d_learning_rate: float = 0.0  # 0: the same as the generator's
    beta1: float = 0.5  # Adam; as in [42]
    beta2: float = 0.999
    segmenting: Literal["whole", "crop"] = "whole"  # Section 4.5: "reshape" or random crop
    average_decay: float = 0.0  # exponential average of G's weights; 0 is off
    validate_every: int = 50  # generator steps between two looks at the validation part
    checkpoint_every: int = 50
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto"  # auto: bf16 where the device multiplies it
    n_threads: int = 1  # of one training process on a CPU


@dataclass(frozen=True)
class Generation:
    """From V to the sound of a whole clip."""

    hop_seconds: float = 1.0  # 1: seconds side by side, as in Eq. 4; 0.5: overlapped and crossfaded


@dataclass(frozen=True)
class Config:
    """All sections together.

    Examples
    --------
    >>> Config().with_overrides({"generator.base_width": 8}).generator.base_width
    8
    """

    data: Data = field(default_factory=Data)
    clean: Clean = field(default_factory=Clean)
    features: Features = field(default_factory=Features)
    generator: Generator = field(default_factory=Generator)
    discriminator: Discriminator = field(default_factory=Discriminator)
    loss: Loss = field(default_factory=Loss)
    training: Training = field(default_factory=Training)
    generation: Generation = field(default_factory=Generation)
    denoising: Denoising = field(default_factory=Denoising)
    peak_match: PeakMatching = field(default_factory=PeakMatching)

    @classmethod
    def from_toml(cls, *paths: Path | str) -> "Config":
        """Return the defaults, changed by each file in turn.

        Raises
        ------
        InputError
            Where a file is missing or is no TOML, or a key or value does not fit.
        """
        config = cls()
        for path in map(Path, paths):
            config = _merge(config, read_toml(path), str(path))
        return config

    def with_overrides(self, overrides: Mapping[str, Any]) -> "Config":
        """Return a copy with dotted keys changed; string values are read as TOML values."""
        config = self
        for key, value in overrides.items():
            section, _, name = key.partition(".")
            config = _merge(config, {section: {name: as_value(value)}}, f"--set {key}")
        return config

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Return sections of plain values, for sidecars and run folders."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Mapping[str, Any]], *, source: str = "run", base: "Config | None" = None
    ) -> "Config":
        """Return what `as_dict` gave; keys that are not there are those of the base, or the defaults."""
        if not isinstance(values, Mapping):
            raise InputError(f"found no sections in {source}; expected a configuration as `as_dict` gives it")
        return _merge(base or cls(), values, source)


def parse_settings(settings: Sequence[str]) -> dict[str, str]:
    """Return ``{"section.key": "value"}`` from ``section.key=value`` strings.

    Examples
    --------
    >>> parse_settings(["training.n_steps=20"])
    {'training.n_steps': '20'}
    """
    pairs = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or "." not in key:
            raise InputError(
                f"found --set {setting}; expected section.key=value; for example training.n_steps=200"
            )
        pairs[key.strip()] = value.strip()
    return pairs


def as_value(value: Any) -> Any:
    """Read a string as TOML would; a bare word stays a string."""
    if not isinstance(value, str):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _merge(config: Config, sections: Mapping[str, Any], source: str) -> Config:
    known = {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}
    return Config(**merge(known, sections, source=source))
