"""Names of profiles: a size, and after a hyphen how the clips are split where it is not at random.

Conventions
-----------
"quick" is the size alone, with the paper's random 75/25; "quick-official" is the same size with the lists of a set's
makers. The whole name is that of the folder of what is generated and stands in each sidecar, so that neither models
nor results of two splits are mixed.

Source
------
Section 4.1: "75% of the videos for each category for training, the rest 25% for testing". Sizes are ours.
"""

from pathlib import Path

from v2ra.errors import InputError

PROFILES = ("tour", "smoke", "quick", "paper")
KINDS = ("random", "official")  # the first is what a name without a hyphen means


def profile_name(size: str, split: str = "random") -> str:
    """Return the name of a profile.

    Parameters
    ----------
    size : str
        One of `PROFILES`, or a whole name.
    split : str
        "random" or "official".

    Raises
    ------
    InputError
        Unknown split.

    Examples
    --------
    >>> profile_name("quick", "official"), profile_name("quick")
    ('quick-official', 'quick')
    """
    if split not in KINDS:
        raise InputError(f"found split '{split}'; expected one of {', '.join(KINDS)}; choose one")
    return size if split == KINDS[0] else f"{size_of(size)}-{split}"


def size_of(profile: str) -> str:
    """Return the size of a profile: what names its widths, steps, and other settings.

    Examples
    --------
    >>> size_of("quick-official"), size_of("quick")
    ('quick', 'quick')
    """
    return profile.partition("-")[0]


def check_profile(profile: str, *, data: str) -> None:
    """Refuse a profile that does not exist, and lists of a split where no folder can have them.

    Parameters
    ----------
    profile : str
        Whole name.
    data : str
        Folder of clips; empty: the embedded set.

    Raises
    ------
    InputError
        Unknown profile, or a split by lists of the embedded set.

    Examples
    --------
    >>> check_profile("quick-official", data="vis-data-256")
    """
    size, hyphen, split = profile.partition("-")
    if size not in PROFILES:
        raise InputError(f"found profile '{profile}'; expected one of {', '.join(PROFILES)}")
    if hyphen and split not in KINDS[1:]:
        raise InputError(
            f"found profile '{profile}'; expected {size}, or {size}-official for the lists of a set's makers"
        )
    if hyphen and not data:
        raise InputError(
            f"found the {split} split without a folder of clips; expected one whose makers give lists, such as "
            "Greatest Hits; name it with --data, or leave --split out"
        )


def profile_files(profile: str, configs: Path) -> tuple[Path, ...]:
    """Return the files whose layers make a profile: its size, then its split where it is not at random.

    Examples
    --------
    >>> [path.as_posix() for path in profile_files("quick-official", Path("configs"))]
    ['configs/quick.toml', 'configs/splits/official.toml']
    """
    size, _, split = profile.partition("-")
    return (configs / f"{size}.toml", *((configs / "splits" / f"{split}.toml",) if split else ()))
