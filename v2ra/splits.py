"""Which part of the split a clip is in: a hash of its name, so that clips added later move no other.

Conventions
-----------
The hash is a fraction in [0, 1): below ``test_share`` the clip is for the test, in the next
``validation_share`` for validation, else for training. One exception: where a category has three clips
or more and none in a part, the clip whose fraction lies nearest is moved there, from a part that keeps
another. Once a clip is added that belongs there, the moved one goes back.

Source
------
Section 4.1: "We randomly select 25% of the videos from each category for testing, leaving the remaining
videos for training". The validation part, out of the training videos, is ours.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

from v2ra.errors import InputError

SPLITS = ("train", "validation", "test")


def split_of(name: str, *, seed: int, test_share: float, validation_share: float) -> str:
    """Return the part that the hash of a clip's name puts it in, whatever other clips there are.

    Parameters
    ----------
    name : str
        Name of the clip.
    seed : int
        Another seed gives another split.
    test_share, validation_share : float
        Shares of all clips, 0 or more, together below 1.

    Returns
    -------
    {"train", "validation", "test"}

    Raises
    ------
    InputError
        Shares that leave nothing for training.

    Source
    ------
    Section 4.1; the hash is ours.

    Examples
    --------
    >>> split_of("rex", seed=0, test_share=0.25, validation_share=0.2)
    'test'
    """
    fraction = _fraction(name, seed)
    bounds = _bounds(test_share, validation_share)
    return next(part for part, (_, high) in bounds.items() if fraction < high)


def assign_splits(
    names: Collection[str], *, seed: int, test_share: float, validation_share: float
) -> dict[str, str]:
    """Return the part of each clip of a category, with no part empty where there are three clips.

    Parameters
    ----------
    names : collection of str
        Names of all clips of the category.
    seed, test_share, validation_share
        As in `split_of`. A share of 0 wants no clip.

    Returns
    -------
    dict of str to str
        Name to part, in the order of `names`.

    Raises
    ------
    InputError
        Shares that leave nothing for training.

    Source
    ------
    Section 4.1; the hash is ours.

    Examples
    --------
    >>> sorted(assign_splits(["a", "b", "c"], seed=0, test_share=0.25, validation_share=0.2).values())
    ['test', 'train', 'validation']
    """
    bounds = _bounds(test_share, validation_share)
    splits = {
        name: split_of(name, seed=seed, test_share=test_share, validation_share=validation_share)
        for name in names
    }
    for part, (low, high) in bounds.items():
        counts = Counter(splits.values())
        if low == high or counts[part] or len(splits) < len(SPLITS):
            continue
        distances = {
            name: max(low - _fraction(name, seed), _fraction(name, seed) - high)
            for name, present in splits.items()
            if counts[present] > 1
        }
        splits[min(distances, key=lambda name: distances[name])] = part
    return splits


def official_splits(
    official: Mapping[str, str], *, seed: int, test_share: float, validation_share: float
) -> dict[str, str]:
    """Return the part of each clip as its makers split them, with a validation part out of their training part.

    Parameters
    ----------
    official : mapping of str to str
        Name to "train" or "test".
    seed, test_share, validation_share
        As in `split_of`: of the training part, the share of validation is what it is of a random one.

    Returns
    -------
    dict of str to str
        Name to part.

    Examples
    --------
    >>> lists = {"a": "train", "b": "train", "c": "train", "d": "test"}
    >>> sorted(official_splits(lists, seed=0, test_share=0.25, validation_share=0.2).values())
    ['test', 'train', 'train', 'validation']
    """
    _bounds(test_share, validation_share)
    splits = {name: part for name, part in official.items() if part == "test"}
    training = [name for name, part in official.items() if part != "test"]
    share = validation_share / (1 - test_share)
    return splits | assign_splits(training, seed=seed, test_share=0, validation_share=share)


def _bounds(test_share: float, validation_share: float) -> dict[str, tuple[float, float]]:
    """Return where in [0, 1) each part begins and ends, in this order."""
    if not (test_share >= 0 and validation_share >= 0 and test_share + validation_share < 1):
        raise InputError(
            f"found test_share={test_share} and validation_share={validation_share}; "
            "expected 0 or more, together below 1; leave some clips for training"
        )
    middle = test_share + validation_share
    return {"test": (0.0, test_share), "validation": (test_share, middle), "train": (middle, 1.0)}


def _fraction(name: str, seed: int) -> float:
    """Return the hash of a name as a fraction in [0, 1): 52 bits, which a float holds exactly."""
    text = f"{seed}:{name}".encode(errors="surrogateescape")  # file names need not be valid UTF-8
    return int(hashlib.sha256(text).hexdigest()[:13], 16) / 16**13
