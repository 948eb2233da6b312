"""PEAQ's last steps as tables: the eleven variables, and what the network makes of them.

Conventions
-----------
A scaled variable is 0 and 1 at the ends of the range that the network was fitted in; beyond, it goes on.

Source
------
ITU-R BS.1387-1, annex 2, clause 6.2; Eq. 11 of the paper is the last step.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from v2ra.peaq import Grade
from v2ra.peaq.grade import sigmoid
from v2ra.peaq.tables import load_network

MEANINGS = {
    "bandwidth_ref_b": "bandwidth of the reference, in bins of 23.4 Hz",
    "bandwidth_test_b": "bandwidth of the estimate, in bins",
    "total_nmr_b": "noise-to-mask ratio, dB",
    "win_mod_diff1_b": "change of modulation, loudest 100 ms stressed, %",
    "adb_b": "steps above threshold where a difference is heard, log",
    "ehs_b": "harmonics in the error's spectrum, × 1000",
    "avg_mod_diff1_b": "change of modulation, mean, %",
    "avg_mod_diff2_b": "change of modulation, drops weighed little, %",
    "rms_noise_loud_b": "loudness of the noise beside the sound, sone",
    "mfpd_b": "highest probability that a difference is heard",
    "rel_dist_frames_b": "share of frames with noise above the mask",
}


def movs_table(grades: Mapping[str, Grade], *, scaled: bool = False) -> pd.DataFrame:
    """Return the eleven variables of several grades side by side.

    Parameters
    ----------
    grades : mapping of str to Grade
        By the name of the estimate.
    scaled : bool
        As the network takes them, 0 … 1 over the range of its fit.

    Returns
    -------
    DataFrame
        Columns variable (as printed in the standard), meaning, and one a grade.

    Examples
    --------
    >>> network = load_network()
    >>> highest = Grade(0.0, 0.0, dict(zip(network.names, network.highest)), 1)
    >>> movs_table({"worst": highest}, scaled=True)["worst"].tolist()[:2]
    [1.0, 1.0]
    """
    network = load_network()
    table = pd.DataFrame(
        {"variable": network.printed_names, "meaning": [MEANINGS[name] for name in network.names]}
    )
    for column, grade in grades.items():
        values = np.array([grade.movs[name] for name in network.names])
        if scaled:
            values = (values - network.lowest) / (network.highest - network.lowest)
        table[column] = values
    return table


def network_table(grade: Grade) -> pd.DataFrame:
    """Return what each node of the network adds to the distortion index.

    Parameters
    ----------
    grade : Grade
        Of one pair.

    Returns
    -------
    DataFrame
        A row a hidden node and one for the bias: activation (0 … 1), weight, and their product, added, which
        sum to ``grade.di``.

    Examples
    --------
    >>> grade = Grade(0.0, -0.471, {name: 0.0 for name in load_network().names}, 1)
    >>> round(float(network_table(grade)["added"].sum()), 3)
    -0.471
    """
    network = load_network()
    values = np.array([grade.movs[name] for name in network.names])
    scaled = (values - network.lowest) / (network.highest - network.lowest)
    hidden = sigmoid(scaled @ network.weights + network.biases)  # (3,)
    weights = np.append(network.output_weights, network.output_bias)
    activations = np.append(hidden, 1.0)
    nodes = [*(f"hidden node {k + 1}" for k in range(len(hidden))), "bias"]
    return pd.DataFrame(
        {"node": nodes, "activation": activations, "weight": weights, "added": activations * weights}
    )
