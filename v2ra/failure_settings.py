"""What the failure cases are tried on: which categories, clips and severities, by profile.

Conventions
-----------
A profile's ``configs/failures/PROFILE.toml`` holds what differs from the defaults here; unknown keys are errors.
Severities are in the units of `v2ra.degradations`, ascending; severity 0 is always measured and not listed.

Source
------
Section 5 (overexposure, bird and dog), Section 4.2 (mixed categories); the paper states none of these numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from v2ra.degradations import check_severity
from v2ra.errors import InputError
from v2ra.sections import merge, read_toml


@dataclass(frozen=True)
class Severities:
    """Severities of each degradation, from mild to hardly anything left."""

    gain: tuple[float, ...] = (1.0, 2.0, 4.0)  # stops: a wrong setting, a bright window, nearly all white
    gamma: tuple[float, ...] = (1.0, 2.0, 3.0)
    clipping: tuple[float, ...] = (0.25, 0.5, 0.75)
    darkness: tuple[float, ...] = (5.0, 8.0)  # 8 stops leave some twenty levels
    blur: tuple[float, ...] = (6.0, 16.0)
    low_frame_rate: tuple[float, ...] = (2.0, 5.0, 14.0)  # 10, 5 and 2 frames a second
    occlusion: tuple[float, ...] = (0.3, 0.6)

    def __post_init__(self) -> None:
        """Refuse severities that mean nothing, or are out of order."""
        for name, severities in self.by_name.items():
            for severity in severities:
                check_severity(name, severity)
            if not severities or list(severities) != sorted({*severities} - {0.0}):
                raise InputError(
                    f"found the severities {severities} of {name}; expected one or more above 0, ascending; sort them"
                )

    @property
    def by_name(self) -> dict[str, tuple[float, ...]]:
        """Return the severities by the name of the degradation.

        Examples
        --------
        >>> Severities().by_name["gain"]
        (1.0, 2.0, 4.0)
        """
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


@dataclass(frozen=True)
class Sweep:
    """Degraded videos."""

    categories: tuple[str, ...] = ("dog", "wood")  # those in which other systems are compared too
    n_clips: int = 3  # test clips of a category, the first by name; 0: all
    severities: Severities = field(default_factory=Severities)


@dataclass(frozen=True)
class Mismatched:
    """Models on videos of another category: every pair of these."""

    categories: tuple[str, ...] = ("bird", "dog")  # the pair that Section 5 names


@dataclass(frozen=True)
class Mixed:
    """One model on these categories together."""

    categories: tuple[str, ...] = ("bird", "dog")
    steps_a_category: float = (
        1.0  # of training.n_steps, times the number of categories: the same budget in all
    )


@dataclass(frozen=True)
class Failures:
    """All three."""

    sweep: Sweep = field(default_factory=Sweep)
    mismatched: Mismatched = field(default_factory=Mismatched)
    mixed: Mixed = field(default_factory=Mixed)


def read_failures(path: Path) -> Failures:
    r"""Return the settings of a file.

    Raises
    ------
    InputError
        Where the file is missing or is no TOML, or a key or value does not fit.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.toml"
    >>> _ = file.write_text("[sweep]\nn_clips = 1\n[sweep.severities]\ngain = [3]\n")
    >>> found = read_failures(file)
    >>> found.sweep.n_clips, found.sweep.severities.gain, found.mixed.categories
    (1, (3.0,), ('bird', 'dog'))
    """
    known = {entry.name: getattr(Failures(), entry.name) for entry in fields(Failures)}
    found = Failures(**merge(known, read_toml(path), source=str(path)))
    if found.sweep.n_clips < 0 or found.mixed.steps_a_category <= 0:
        raise InputError(
            f"found sweep.n_clips = {found.sweep.n_clips} and mixed.steps_a_category = "
            f"{found.mixed.steps_a_category:g} in {path}; expected 0 or more, and a number above 0; change them"
        )
    return found


def at_hand(wanted: Sequence[str], known: Sequence[str], *, n_least: int = 1) -> tuple[str, ...]:
    """Return the wanted categories that are there; the first ones that are, where too few of them are.

    Parameters
    ----------
    wanted, known : sequence of str
        Categories of the settings, and of the clips at hand.
    n_least : int
        How few are too few. Fewer are returned only where no more are known.

    Examples
    --------
    >>> at_hand(("bird", "dog"), ("wood", "dog")), at_hand(("bird", "dog"), ("wood", "dog"), n_least=2)
    (('dog',), ('wood', 'dog'))
    """
    found = tuple(name for name in wanted if name in known)
    return found if len(found) >= n_least else tuple(known[: max(n_least, len(wanted))])


def mixed_name(categories: Sequence[str]) -> str:
    """Return what several categories together are called.

    Examples
    --------
    >>> mixed_name(["bird", "dog"])
    'bird+dog'
    """
    return "+".join(categories)
