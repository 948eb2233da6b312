"""What BS.1387 prints as tables: critical bands, the neural network, the official grades of the test items.

Conventions
-----------
Frequencies are in Hz, digits as printed. The 109 bands are a quarter of a Bark wide, from 80 Hz to 18 kHz.
Three printed edges do not meet (933.113 and 933.119 Hz, 3853.348 and 3853.817, 4643.482 and 4616.482): they
stay as they are, as in the implementations that are compared with.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2.1.5 (bands) and 6.2 (network), and the conformance test.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FOLDER = Path(__file__).parents[1] / "reference_data" / "bs1387"
N_BANDS = 109
BAND_BARKS = 0.25  # width of a band


@dataclass(frozen=True, eq=False)
class Bands:
    """Edges and centres of the critical bands in Hz, each float64 (n_bands,)."""

    lower: FloatArray
    centre: FloatArray
    upper: FloatArray


@dataclass(frozen=True, eq=False)
class Network:
    """The neural network of the basic version.

    Attributes
    ----------
    names, printed_names : tuple of str
        The eleven model output variables, as in this code and as in the standard.
    lowest, highest : float64 (11,)
        Range of each variable that is mapped to 0 … 1.
    weights, biases : float64 (11, 3), (3,)
        From the scaled variables to the hidden nodes.
    output_weights, output_bias : float64 (3,), float
        From the hidden nodes to the distortion index.
    """

    names: tuple[str, ...]
    printed_names: tuple[str, ...]
    lowest: FloatArray
    highest: FloatArray
    weights: FloatArray
    biases: FloatArray
    output_weights: FloatArray
    output_bias: float


@cache
def load_bands() -> Bands:
    """Return the critical bands.

    Examples
    --------
    >>> load_bands().lower[0], load_bands().upper[-1]
    (np.float64(80.0), np.float64(18000.0))
    """
    table = _read("bands")
    return Bands(*(table[f"{part}_hz"].to_numpy(np.float64) for part in ("lower", "centre", "upper")))


@cache
def load_network() -> Network:
    """Return the neural network.

    Examples
    --------
    >>> load_network().printed_names[2], load_network().names[2]
    ('TotalNMRB', 'total_nmr_b')
    """
    inputs, nodes = _read("network_inputs"), _read("network_nodes")
    hidden = nodes.iloc[:-1]
    return Network(
        names=tuple(inputs["name"]),
        printed_names=tuple(inputs["printed_name"]),
        lowest=inputs["lowest"].to_numpy(np.float64),
        highest=inputs["highest"].to_numpy(np.float64),
        weights=inputs[["weight_1", "weight_2", "weight_3"]].to_numpy(np.float64),
        biases=hidden["bias"].to_numpy(np.float64),
        output_weights=hidden["weight"].to_numpy(np.float64),
        output_bias=float(nodes["bias"].iloc[-1]),
    )


def load_itu_items() -> pd.DataFrame:
    """Return the official grades of the sixteen test items: columns item, di, odg.

    Examples
    --------
    >>> load_itu_items().set_index("item").loc["ncodsfe"].tolist()
    [3.135, 0.045]
    """
    return _read("itu_items")


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", comment="#")
