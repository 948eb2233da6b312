"""Whether a training has lost its balance: what the loop warns of.

Conventions
-----------
Losses are those of `v2ra.losses`; a D loss of 0.25 is a draw under least squares.

Source
------
Ours; the paper does not say how a failed training looks.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

D_HAS_WON = 0.02  # mean D loss; 0.25 is a draw under least squares
SILENT = 0.1  # RMS of the output over RMS of the reference
WINDOW = 20  # steps over which the D loss is averaged


def imbalances(rows: Sequence[Mapping[str, float]], scores: Mapping[str, float]) -> list[str]:
    """Return in one line each what is wrong with a training.

    Parameters
    ----------
    rows : sequence of mappings
        Losses by step, "d_loss" and "g_…".
    scores : mapping
        Of the validation part; "rms_ratio" is the level of the output over that of the reference.

    Examples
    --------
    >>> imbalances([{"d_loss": 0.2, "g_l1": 0.5}], {"rms_ratio": 0.9})
    []
    """
    recent = [row["d_loss"] for row in rows[-WINDOW:] if "d_loss" in row]
    ratio = scores.get("rms_ratio", 1.0)
    found = []
    if not all(map(math.isfinite, [*recent, rows[-1].get("g_l1", 0.0)])):
        found.append("the losses are no longer numbers; lower training.learning_rate")
    if recent and float(np.mean(recent)) < D_HAS_WON:
        found.append(
            f"the discriminator has won (loss {np.mean(recent):.3f}); lower training.d_learning_rate"
        )
    if ratio < SILENT:
        found.append(f"the output is nearly silent (RMS ratio {ratio:.3f}); lower training.d_learning_rate")
    return found
