"""The systems of the comparison by name, with their settings at each profile.

Conventions
-----------
The name of a system is that of its module, which holds `Settings` and ``fit(pack, settings, *, seed)``; a section of
``configs/baselines/PROFILE.toml`` holds what differs from the defaults there. A module is imported when it is asked
for: the pipeline needs the names alone, without the seconds that PyTorch takes.

Source
------
Section 4.4 ([2], [12], [14]); [13] and [36] are those of Section 2; the last two are ours.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2ra.errors import InputError
from v2ra.sections import merge, read_toml

if TYPE_CHECKING:
    from v2ra.baselines.base import System
    from v2ra.datasets import Pack

SYSTEMS = {  # and what each is called in a table
    "modal": "[2] modal, told when",
    "visually_indicated": "[12] visually indicated",
    "crossmodal_gan": "[13] cross-modal GAN",
    "sample_rnn": "[14] SampleRNN",
    "wavegan": "[36] WaveGAN",
    "nearest": "nearest neighbour",
    "onset_grain": "onsets and grains",
}


@dataclass(frozen=True)
class Comparison:
    """What is compared."""

    categories: tuple[str, ...] = ()  # empty: the first two at hand


def compared_categories(path: Path) -> tuple[str, ...]:
    """Return the categories that a file names; nothing else in it is looked at."""
    sections = {name: values for name, values in read_toml(path).items() if name == "comparison"}
    chosen: Comparison = merge({"comparison": Comparison()}, sections, source=str(path))["comparison"]
    return chosen.categories


def settings_of(name: str, path: Path) -> Any:
    """Return the `Settings` of a system, with what a file changes.

    Raises
    ------
    InputError
        For an unknown system; and where a section, a key or a value of the file does not fit, of whichever system
        the section's name is known.
    """
    sections = read_toml(path)
    unknown = [section for section in sections if section not in (*SYSTEMS, "comparison")]
    if unknown:
        known = ", ".join(("comparison", *SYSTEMS))
        raise InputError(f"found '{unknown[0]}' in {path}; expected a section of keys, one of {known}")
    own = {section: values for section, values in sections.items() if section == name}
    return merge({name: _module(name).Settings()}, own, source=str(path))[name]


def fit_system(name: str, pack: "Pack", settings: Any, *, seed: int = 0) -> "System":
    """Fit a system to the training part of a pack.

    Parameters
    ----------
    name : str
        One of `SYSTEMS`.
    pack : Pack
        Features as they came.
    settings : Settings
        Of `settings_of`.
    seed : int
        Of weights, batches and draws.
    """
    system: System = _module(name).fit(pack, settings, seed=seed)
    return system


def _module(name: str) -> Any:
    if name not in SYSTEMS:
        raise InputError(f"found no system {name!r}; expected one of {', '.join(SYSTEMS)}; choose one")
    return importlib.import_module(f"v2ra.baselines.{name}")
