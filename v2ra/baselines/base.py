"""What every system of the comparison answers to.

Conventions
-----------
A system is fitted to the training part of one category's `Pack` and then synthesises float32 ``(time,)`` at
44.1 kHz, as long as the clip. It reads a clip's name, features and length, and its event times where it says so
(`needs_events`); never its sound.

Source
------
Section 4.4; Tables 5 and 6.
"""

import zlib
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from v2ra.datasets import EncodedClip

Float32 = NDArray[np.float32]


class System(Protocol):
    """A fitted system.

    Attributes
    ----------
    name : str
        Of the module: "modal", "sample_rnn" …
    needs_events : bool
        Whether it is given the true contact times; such a system is told what the others must see.
    n_parameters : int
        Trained numbers; 0 where it stores recordings only.
    """

    # Properties, so that a frozen dataclass answers as well as a module.
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def needs_events(self) -> bool: ...  # noqa: D102
    @property
    def n_parameters(self) -> int: ...  # noqa: D102

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the sound of a clip, ``(len(clip.sound),)``; its noise depends on the seed and the clip's name."""
        ...


def generator_of(system: str, clip: str, seed: int) -> np.random.Generator:
    """Return the random generator of a system for a clip; it depends on no other clip.

    Examples
    --------
    >>> generator_of("modal", "a", 0).integers(100) == generator_of("modal", "a", 0).integers(100)
    np.True_
    """
    return np.random.default_rng([seed, zlib.crc32(f"{system}/{clip}".encode())])
