"""The seven sound categories of the paper and the least time between two events.

Conventions
-----------
Names are lower case and singular, in the order of the paper's Table 6. Times are in seconds.

Source
------
Section 4.1: bird, dog and firework from VEGAS, the four materials from Greatest Hits.
"""

from v2ra.errors import InputError

CATEGORIES = ("bird", "dog", "firework", "cloth", "wood", "gravel", "plastic")
IMPACT_CATEGORIES = ("cloth", "wood", "gravel", "plastic")

# Ten feature vectors a second see an event as one step of 0.1 s; 0.35 s leaves at least two quiet vectors
# between two events, and is seven times the ±50 ms within which an onset counts as found.
MIN_GAP_SECONDS = 0.35


def check_category(category: str) -> None:
    """Raise unless the name is one of the seven categories.

    Parameters
    ----------
    category : str
        Name to look up.

    Raises
    ------
    InputError
        If the name is unknown.

    Examples
    --------
    >>> check_category("wood")
    """
    if category not in CATEGORIES:
        raise InputError(
            f"found category {category!r}; expected one of {', '.join(CATEGORIES)}; correct the name"
        )
