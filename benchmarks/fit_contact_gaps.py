"""Gaps between contacts in the Greatest Hits videos, fitted per material.

Conventions
-----------
Input: a table (CSV, may be gzipped) with the columns video, time_s, material, action, one row a contact.
A gap is the time from a contact to the next one of the same video on the same material, in seconds.
The annotation steps by 1/15 s, so the likelihood of a gap is the probability of its 1/15-s bin.
Output: one CSV row a material with the figures below; no contact time is kept.

Model
-----
gap = floor + LogNormal(mu, sigma), and with probability pause_share an Exponential(pause_seconds) is the
excess over the floor instead (a pause). tempo_share is the part of the variance of ln(gap - floor) that
lies between videos: how steady the beat of one clip is.

Source
------
Owens et al., Visually Indicated Sounds (CVPR 2016): the contact annotations of 977 videos.

Usage
-----
python benchmarks/fit_contact_gaps.py greatest_hits_contacts.csv.gz --out v2ra/reference_data/contact_gaps.csv
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

STEP_SECONDS = 1 / 15  # of the annotation
FLOOR_SECONDS = 1 / 6  # lower edge of the bin of the least gap in the data, 0.2 s
MATERIALS = {"cloth": ("cloth",), "wood": ("wood",), "gravel": ("gravel",), "plastic": ("plastic",)}
SOURCE = "Greatest Hits contact annotations (Owens et al. 2016)"


def same_material_gaps(contacts: pd.DataFrame, materials: tuple[str, ...]) -> pd.DataFrame:
    """Gaps between successive contacts of one video that are both on one of the materials.

    Parameters
    ----------
    contacts : DataFrame
        Columns video, time_s, material.
    materials : tuple of str
        Names in the column material; empty means all.

    Returns
    -------
    DataFrame
        Columns video and gap (s).
    """
    ordered = contacts.sort_values(["video", "time_s"])
    gaps = ordered.assign(
        gap=ordered.groupby("video").time_s.diff(), before=ordered.groupby("video").material.shift()
    )
    gaps = gaps[gaps.gap > 0]
    if materials:
        gaps = gaps[gaps.material.isin(materials) & (gaps.material == gaps.before)]
    return gaps[["video", "gap"]]


def excess_cdf(excess: NDArray[np.float64], parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative probability of gap - floor; parameters are (mu, ln sigma, logit share, ln pause)."""
    mu, log_sigma, logit, log_pause = parameters
    share = 1 / (1 + np.exp(-logit))
    beat = stats.lognorm.cdf(excess, np.exp(log_sigma), scale=np.exp(mu))
    return np.asarray((1 - share) * beat + share * stats.expon.cdf(excess, scale=np.exp(log_pause)))


def fit_gaps(gaps: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Fit the mixture by maximum likelihood of the binned gaps.

    Parameters
    ----------
    gaps : ndarray, shape (n,)
        Gaps in seconds, multiples of 1/15 s.

    Returns
    -------
    tuple of float
        mu and sigma of ln(seconds), share of pauses (0..1), mean of a pause in seconds.
    """

    def cost(parameters: NDArray[np.float64]) -> float:
        low = excess_cdf(np.maximum(gaps - STEP_SECONDS / 2 - FLOOR_SECONDS, 0), parameters)
        high = excess_cdf(gaps + STEP_SECONDS / 2 - FLOOR_SECONDS, parameters)
        return float(-np.log(np.maximum(high - low, 1e-12)).sum())

    start = np.array([np.log(0.4), np.log(0.35), -3.0, 0.0])
    best = optimize.minimize(cost, start, method="Nelder-Mead", options={"maxiter": 4000}).x
    return float(best[0]), float(np.exp(best[1])), float(1 / (1 + np.exp(-best[2]))), float(np.exp(best[3]))


def tempo_share(gaps: pd.DataFrame) -> float:
    """Share (0..1) of the variance of ln(gap - floor) between videos (intraclass correlation), no pauses."""
    steady = gaps[(gaps.gap < 2 * gaps.gap.median()) & (gaps.gap > FLOOR_SECONDS)]
    logs = np.log(steady.gap - FLOOR_SECONDS)
    groups = logs.groupby(steady.video)
    within = float((logs - groups.transform("mean")).pow(2).sum() / max(len(logs) - groups.ngroups, 1))
    return float(np.clip(1 - within / logs.var(), 0, 0.95))


def fit_row(name: str, contacts: pd.DataFrame, materials: tuple[str, ...]) -> dict[str, object]:
    """All figures of one material as a row of the table."""
    gaps = same_material_gaps(contacts, materials)
    mu, sigma, share, pause = fit_gaps(gaps.gap.to_numpy(dtype=np.float64))
    chosen = contacts[contacts.material.isin(materials)] if materials else contacts
    actions = chosen.action[chosen.action.isin(["hit", "scratch"])]
    quartiles = gaps.gap.quantile([0.25, 0.5, 0.75]).round(4)
    return {
        "category": name,
        "materials": "+".join(materials) or "all",
        "n_gaps": len(gaps),
        "n_contacts": len(chosen),
        "median_seconds": quartiles[0.5],
        "lower_quartile_seconds": quartiles[0.25],
        "upper_quartile_seconds": quartiles[0.75],
        "floor_seconds": round(FLOOR_SECONDS, 4),
        "mu": round(mu, 4),
        "sigma": round(sigma, 4),
        "pause_share": round(share, 4),
        "pause_seconds": round(pause, 4),
        "tempo_share": round(tempo_share(gaps), 4),
        "scratch_share": round(float((actions == "scratch").mean()), 4),
        "source": SOURCE,
    }


def main() -> None:
    """Fit every material and write the table."""
    parser = argparse.ArgumentParser(description="Fit the gaps between contacts per material.")
    parser.add_argument("contacts", type=Path, help="CSV with the columns video, time_s, material, action")
    parser.add_argument("--out", type=Path, help="where to write the table; printed only when left out")
    arguments = parser.parse_args()
    contacts = pd.read_csv(arguments.contacts, keep_default_na=False)
    rows = [fit_row(name, contacts, materials) for name, materials in {"all": (), **MATERIALS}.items()]
    table = pd.DataFrame(rows)
    print(table.drop(columns="source").to_string(index=False))
    if arguments.out is not None:
        table.to_csv(arguments.out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
