"""The neural network of PEAQ's basic version: from output variables to the grade.

Conventions
-----------
The distortion index (DI) has no bounds; the objective difference grade (ODG) lies between −3.98, very
annoying, and 0.22. Two equal sounds reach +0.13 to +0.21, not 0: the index is a fit to listeners.

Source
------
ITU-R BS.1387-1, annex 2, clauses 6.1 and 6.2; Eq. 11 of the paper is the last step.
"""

from collections.abc import Mapping

import numpy as np

from v2ra.peaq.tables import FloatArray, load_network

LOWEST_GRADE, HIGHEST_GRADE = -3.98, 0.22


def distortion_index(movs: Mapping[str, float]) -> float:
    """Return the distortion index, higher is better.

    Parameters
    ----------
    movs : mapping of float
        The eleven model output variables by name.

    Returns
    -------
    float
        About −4.1 for unrelated sounds, 3.9 to 5.7 for the same.

    Examples
    --------
    >>> round(distortion_index({name: 0.0 for name in load_network().names}), 3)
    -0.471
    """
    network = load_network()
    values = np.array([movs[name] for name in network.names])
    scaled = (values - network.lowest) / (network.highest - network.lowest)
    hidden = sigmoid(scaled @ network.weights + network.biases)
    return float(network.output_bias + hidden @ network.output_weights)


def grade(index: float) -> float:
    """Return the objective difference grade of a distortion index, higher is better.

    Parameters
    ----------
    index : float
        Any.

    Returns
    -------
    float
        −3.98 to 0.22; listeners' words go with 0 imperceptible, −1 perceptible but not annoying, −2 slightly
        annoying, −3 annoying, −4 very annoying.

    Examples
    --------
    >>> round(grade(0.0), 2), round(grade(1.949), 3)
    (-1.88, -0.304)
    """
    return float(LOWEST_GRADE + (HIGHEST_GRADE - LOWEST_GRADE) * sigmoid(np.float64(index)))


def sigmoid(values: FloatArray | np.float64) -> FloatArray:
    """Return 1 / (1 + exp(−x)).

    Examples
    --------
    >>> float(sigmoid(np.float64(0)))
    0.5
    """
    return np.asarray(1 / (1 + np.exp(-values)))
