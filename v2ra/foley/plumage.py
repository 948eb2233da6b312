"""Plumages of common birds.

Conventions
-----------
Colours are red, green, blue, 0..255.

Source
------
The project's own, after robin, blue tit, canary, cardinal, blackbird, bluebird, sparrow and greenfinch.
"""

from typing import NamedTuple

from v2ra.foley.canvas import Points, traced


class Plumage(NamedTuple):
    """Colours of one kind of bird, each an array (3,)."""

    back: Points
    breast: Points
    belly: Points
    wing: Points
    cap: Points
    cheek: Points
    beak: Points


PLUMAGES = {
    "robin": Plumage(*traced("122,104,76 222,98,36 226,220,206 104,86,62 122,104,76 222,98,36 70,56,46")),
    "blue tit": Plumage(
        *traced("112,140,84 248,216,70 248,222,96 64,118,186 52,110,190 248,248,246 60,60,66")
    ),
    "canary": Plumage(
        *traced("240,196,50 252,220,70 252,234,150 214,166,40 246,208,56 252,220,70 236,150,110")
    ),
    "cardinal": Plumage(*traced("176,36,36 214,44,40 206,60,52 140,30,34 206,38,36 40,26,26 240,120,50")),
    "blackbird": Plumage(*traced("40,38,42 50,48,52 44,42,46 28,27,32 40,38,42 50,48,52 246,160,30")),
    "bluebird": Plumage(
        *traced("56,104,186 206,118,66 236,232,226 44,84,166 60,112,200 60,112,200 54,50,50")
    ),
    "sparrow": Plumage(
        *traced("146,106,70 196,182,160 222,214,198 112,78,50 128,116,104 206,196,180 96,80,62")
    ),
    "greenfinch": Plumage(
        *traced("116,142,62 152,176,74 196,206,120 84,100,60 120,146,66 150,170,84 232,190,150")
    ),
}
CRESTED = frozenset({"cardinal"})  # feathers stand up on the head
