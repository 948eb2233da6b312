"""In which order each listener meets the items: rows of a Williams square, and hidden repeats.

Conventions
-----------
Items are numbers 0 … n_items − 1; an order is a tuple of them. Listeners are numbers from 0. All of it is decided by
the seed and the listener's number.

Source
------
Williams (1949), "Experimental designs balanced for the estimation of residual effects of treatments"; ITU-T P.910
asks for another order for each viewer. The places of the repeats are ours.
"""

import numpy as np

from v2ra.errors import InputError

Order = tuple[int, ...]


def williams_rows(n_items: int) -> list[Order]:
    """Return the rows of a Williams square.

    Over all rows each item stands at each place equally often, and each follows each other one equally often: once
    in the `n_items` rows of an even number, twice in the 2 × `n_items` rows of an odd one.

    Examples
    --------
    >>> williams_rows(4)
    [(0, 3, 1, 2), (1, 0, 2, 3), (2, 1, 3, 0), (3, 2, 0, 1)]
    """
    if n_items < 1:
        raise InputError(f"found {n_items} items; expected one or more; list some stimuli")
    zigzag = [-(place + 1) // 2 if place % 2 else place // 2 for place in range(n_items)]
    rows = [tuple((number + row) % n_items for number in zigzag) for row in range(n_items)]
    return rows if n_items % 2 == 0 or n_items == 1 else rows + [row[::-1] for row in rows]


def listener_order(n_items: int, *, listener: int, seed: int) -> Order:
    """Return the order of one listener: a row of the square whose items and rows the seed has shuffled.

    Parameters
    ----------
    n_items : int
        One or more.
    listener : int
        From 0; after the last row the first comes again.
    seed : int
        Of the plan.

    Examples
    --------
    >>> sorted(listener_order(5, listener=3, seed=1))
    [0, 1, 2, 3, 4]
    """
    rng = np.random.default_rng([seed, n_items])
    names, rows = rng.permutation(n_items), williams_rows(n_items)
    row = rows[int(rng.permutation(len(rows))[listener % len(rows)])]
    return tuple(int(names[number]) for number in row)


def with_repeats(order: Order, n_repeats: int) -> list[tuple[int, bool]]:
    """Return an order in which some items come a second time, each marked.

    What is repeated stood in the first half, at places spread over it, and comes again spread over the last third, so
    that no item follows itself and, over all rows of the square, each item is repeated equally often.

    Parameters
    ----------
    order : tuple of int
        Of `listener_order`.
    n_repeats : int
        At most a quarter of the items.

    Returns
    -------
    list of (int, bool)
        Item, and whether it is a repeat.

    Raises
    ------
    InputError
        Where there are too few items for so many repeats.

    Examples
    --------
    >>> with_repeats((0, 3, 1, 2), 1)
    [(0, False), (3, False), (1, False), (0, True), (2, False)]
    """
    n_items = len(order)
    if not 0 <= n_repeats <= n_items // 4:
        raise InputError(
            f"found {n_repeats} hidden repeats of {n_items} items; expected 0 to {n_items // 4}; ask for fewer"
        )
    again = {
        n_items - 1 - (k * n_items // 3) // max(n_repeats, 1): order[(k * n_items // 2) // n_repeats]
        for k in range(n_repeats)
    }
    shown: list[tuple[int, bool]] = []
    for place, item in enumerate(order):
        if place in again:
            shown.append((again[place], True))
        shown.append((item, False))
    return shown
