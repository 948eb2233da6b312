"""What the paper says of its failure cases and of mixed training, held against what was measured; every rule is here.

Conventions
-----------
Input is rows of `v2ra.evaluation` (system, category, clip, seed, metric, value); output is the scorecard of
`v2ra.claims`. The paper prints no number for any of it: ±1 stands for a rise or a fall in the column *published*, and
the verdict is that of `v2ra.claims.check_direction`, from the 95 % interval of the paired change over clips and seeds.
What was not measured has no row. Two rules were fixed before the first run:

- a degradation counts by the mean of its severities, so that no severity is picked after the fact;
- a model of another category counts by the mean of all such models, beside the paper's own pair.

Source
------
Section 4.2 (mixed categories), Section 5 and Figure 13 (overexposure, mismatched category).
"""

from collections.abc import Sequence

import pandas as pd

from v2ra.category_swap import SUFFIX, model_of
from v2ra.claim_tables import no_claims
from v2ra.claims import check_direction, scorecard
from v2ra.degradations import OVEREXPOSURE
from v2ra.evaluation import COLUMNS, gains
from v2ra.failure_sweep import UNCHANGED
from v2ra.mixed_training import MIXED, RECIPE
from v2ra.system_claims import difference

GAIN = "onset_f_gain"
TAUGHT, SEEN = "bird", "dog"  # Section 5: dog videos, bird singing as the training set
NOTE = "no number is printed: the published 1 or −1 stands for a rise or a fall"
QUALITY = 'Section 4.2, "lower quality sound results"'
SCORED = {  # metric: what the claim says of it, what it does where mixed training is worse, where the paper says so
    GAIN: ("synchrony (onset gain)", -1, QUALITY),
    "osg": ("OSG to the real sound", 1, QUALITY),
    "odg": ("ODG", -1, QUALITY),
    "finds_own": (
        "sounds that are like their category",
        -1,
        'Section 4.2, "needs to classify the video first"',
    ),
}
NOTHING_PAIRED = "no category with two test clips: no score has the control that a claim is judged by"
SWAP_SECTION = 'Section 5, "mismatched categories"'


def failure_claims(swept: pd.DataFrame, swapped: pd.DataFrame, mixed: pd.DataFrame) -> pd.DataFrame:
    """Return the whole scorecard.

    Parameters
    ----------
    swept, swapped, mixed : DataFrame
        Rows for the three functions below.

    Returns
    -------
    DataFrame
        The columns of `v2ra.claims.check`; the row of `v2ra.claim_tables.no_claims` where nothing can be judged.
    """
    parts = overexposure_claims(swept), mismatched_claims(swapped), mixed_claims(mixed)
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else no_claims(NOTHING_PAIRED)


def overexposure_claims(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of overexposure: synchrony falls.

    Parameters
    ----------
    rows : DataFrame
        Of `v2ra.evaluation.evaluate_clips` over `v2ra.failure_sweep.sweep_pairs`.

    Returns
    -------
    DataFrame
        A row a kind of overexposure, then one of all kinds together.

    Examples
    --------
    >>> found = [(system, "dog", clip, 0, "onset_f", value) for system, value in (("unchanged", 0.8), ("gain 4", 0.4))
    ...          for clip in "ab"]
    >>> control = [(*row[:4], "onset_f_mismatched", 0.1) for row in found]
    >>> overexposure_claims(pd.DataFrame(found + control, columns=COLUMNS)).verdict.tolist()
    ['reproduced', 'reproduced']
    """
    named = rows.assign(system=[name.split()[0] for name in rows["system"]])
    kinds = [name for name in OVEREXPOSURE if name in set(named["system"])]
    together = named.assign(system=named["system"].replace(dict.fromkeys(kinds, "overexposed")))
    where, what = "Section 5, Figure 13", "synchrony (onset gain) under overexposure"
    claims = [
        _change(named, kind, UNCHANGED, GAIN, -1, claim=f"{what} by {kind}", where=where) for kind in kinds
    ]
    claim = f"{what}, all kinds"
    claims.append(_change(together, "overexposed", UNCHANGED, GAIN, -1, claim=claim, where=where))
    return _all(claims)


def mismatched_claims(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of models on videos of another category: neither in time nor of that category.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate_clips` and `v2ra.category_swap.likeness_rows`, over `swapped_pairs`.

    Returns
    -------
    DataFrame
        Two rows for the paper's pair, where it was measured; two for all models of other categories.
    """
    models = rows[rows["system"].str.endswith(SUFFIX)]
    taught = models["system"].str.removesuffix(SUFFIX)
    own = models["category"] == taught
    asked = models.assign(system=own.map({True: "own", False: "other"}))
    paper = asked[(taught == TAUGHT) & (models["category"] == SEEN) | own & (models["category"] == SEEN)]
    claims = []
    for part, who in (
        (paper, f"{model_of(TAUGHT)} on {SEEN} videos"),
        (asked, "models on videos of another category"),
    ):
        for metric, what in (
            (GAIN, "synchrony (onset gain)"),
            ("finds_own", "sounds that are like the category seen"),
        ):
            claims.append(
                _change(part, "other", "own", metric, -1, claim=f"{what}: {who}", where=SWAP_SECTION)
            )
    return _all(claims)


def mixed_claims(rows: pd.DataFrame, *, recipe: str = RECIPE) -> pd.DataFrame:
    """Return the scorecard of one model for several categories against one a category.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate_clips`, with osg and odg, and of `likeness_rows`, over `v2ra.mixed_training.mixed_pairs`.
    recipe : str
        The system of the separate models.

    Returns
    -------
    DataFrame
        Synchrony, OSG and ODG, then whether a sound is like its category; empty where nothing was mixed.
    """
    claims = [
        _change(rows, MIXED, recipe, metric, sign, claim=f"{what}: mixed minus separate", where=where)
        for metric, (what, sign, where) in SCORED.items()
    ]
    return _all(claims)


def _change(
    rows: pd.DataFrame, system: str, base: str, metric: str, sign: int, *, claim: str, where: str
) -> pd.DataFrame | None:
    """Return the row of one change, system minus base; None where one of them has no such score."""
    whole = pd.concat([rows[COLUMNS], gains(rows[COLUMNS].groupby(COLUMNS[:-1], as_index=False).mean())])
    found = difference(whole, base, metric, base=system)
    if found is None:
        return None
    row = check_direction(float(sign), found.mean, claim=claim, where=where, interval=(found.low, found.high))
    return row.assign(note=NOTE)


def _all(claims: Sequence[pd.DataFrame | None]) -> pd.DataFrame:
    rows = [row for row in claims if row is not None]
    return scorecard(*rows) if rows else pd.DataFrame()
