"""What Section 4.5 says of its ablations, held against what was measured; every rule stands here.

Conventions
-----------
Input is changes from the full system (`v2ra.system_scores.changes_from`), paired clip by clip and seed by seed; output
is the scorecard of `v2ra.claims`. Printed grades themselves are not compared: other clips, and ODG and OSG that are
not fully specified. Where the base crops at random, the row "+ random crop" is the base itself, and crop minus whole
seconds is measured as the reverse of `whole_seconds` minus the base. A row that was not trained has no claim.

Source
------
Section 4.5, Table 7.
"""

import pandas as pd

from v2ra.ablations import PRINTED
from v2ra.claims import check, check_direction, scorecard
from v2ra.errors import InputError
from v2ra.published import load_published

METRICS = {"odg": 1, "osg": -1}  # which Section 4.5 argues with; the sign of a change for the better
WHERE = "Section 4.5, Table 7"
FILTER = "- audio filter (the last layer of the generator)"
COMPARED = {  # experiment of the printed table: what the text draws from its difference to the full system
    "+ skip connections for the generator": "skip connections do not improve",
    FILTER: "without the filter it gets worse",
    "+ z as input": "z does not improve",
    "+ random crop": "whole seconds are adopted, not crops",
    "L_1 + CE loss function": "L1 + CE is worse than L1 + LS",
    "LS loss function": "without L1 it gets worse",
    "L_1 loss function": "L1 alone is worse than L1 + LS",
    "CE loss function": "CE alone is worse than L1 + LS",
}
LOSSES = ("L_1 + CE loss function", "LS loss function", "L_1 loss function", "CE loss function")
DIFFERENCES = {"+ random crop": "random crops minus whole seconds"}  # whichever of the two is full
REVERSED = {"random_crop": "whole_seconds"}  # the same difference from the other side


def printed_changes() -> pd.DataFrame:
    """Return how far each row of the printed Table 7 lies from the printed full system.

    Returns
    -------
    DataFrame
        Columns experiment, odg (above 0 is better) and osg (below 0 is better).

    Examples
    --------
    >>> table = printed_changes().set_index("experiment")
    >>> float(table.loc["LS loss function", "osg"])
    30.8268
    """
    printed = load_published("table7").set_index("experiment")[list(METRICS)].astype(float)
    changes = (printed.loc[list(COMPARED)] - printed.loc["Full system"]).round(4)
    return changes.reset_index()


def ablation_claims(changes: pd.DataFrame, *, note: str) -> pd.DataFrame:
    """Return the scorecard of Section 4.5.

    Parameters
    ----------
    changes : DataFrame
        Of `ablation_summary` or `changes_from`, of one category: columns system, metric (odg_change, osg_change,
        clear_db_change), mean, low, high.
    note : str
        What was measured: base, steps, category.

    Returns
    -------
    DataFrame
        A row a compared experiment and metric, by the sign alone (`check_direction`); then a row a metric that counts
        the losses ahead of L1 + LS, where all four were trained; then Figure 8's. All carry the note.

    Raises
    ------
    InputError
        If there is no row of Table 7 among the changes.

    Examples
    --------
    >>> row = {"system": "ls", "metric": "osg_change", "mean": 0.3, "low": 0.1, "high": 0.5}
    >>> ablation_claims(pd.DataFrame([row]), note="a test")[["claim", "published", "verdict"]].values.tolist()
    [['OSG: LS loss function minus full (without L1 it gets worse)', 30.8268, 'reproduced']]
    """
    rows = []
    for published in printed_changes().to_dict("records"):
        experiment = str(published["experiment"])
        for metric in METRICS:
            found = change_of(changes, experiment, metric)
            if found is not None:
                named = DIFFERENCES.get(experiment, f"{experiment} minus full")
                claim = f"{metric.upper()}: {named} ({COMPARED[experiment]})"
                mean, *ends = found
                change = float(published[metric])
                rows.append(
                    check_direction(change, mean, claim=claim, where=WHERE, interval=(ends[0], ends[1]))
                )
    rows += [row for metric in METRICS if (row := best_loss(changes, metric)) is not None]
    found = change_of(changes, FILTER, "clear_db")
    if found is not None:
        rows.append(_clearer(*found))
    if not rows:
        raise InputError("found no row of Table 7; expected one beside the full system; train it first")
    return scorecard(*rows).assign(note=note)


def _clearer(mean: float, low: float, high: float) -> pd.DataFrame:
    """Return the claim of Figure 8; no number is printed for it, so that −1 stands for a fall."""
    claim = "dB of the loud part over the floor: no filter minus full (with it, the sound is clearer)"
    return check_direction(-1.0, mean, claim=claim, where="Section 4.5, Figure 8", interval=(low, high))


def change_of(changes: pd.DataFrame, experiment: str, metric: str) -> tuple[float, float, float] | None:
    """Return the measured change of a printed experiment with its interval; None where it was not trained.

    Examples
    --------
    >>> row = {"system": "whole_seconds", "metric": "osg_change", "mean": 0.5, "low": 0.25, "high": 1.0}
    >>> change_of(pd.DataFrame([row]), "+ random crop", "osg")
    (-0.5, -1.0, -0.25)
    """
    own = changes[changes["metric"] == f"{metric}_change"]
    found = {row["system"]: (row["mean"], row["low"], row["high"]) for row in own.to_dict("records")}
    row = PRINTED[experiment]
    if row in found:
        return found[row]
    if REVERSED.get(row) not in found:
        return None
    mean, low, high = found[REVERSED[row]]
    return -mean, -high, -low


def best_loss(changes: pd.DataFrame, metric: str) -> pd.DataFrame | None:
    """Return the claim that no loss is ahead of L1 + LS, as a count; None where one of them was not trained.

    The measured count is of means, its lower end of losses that are ahead by the whole interval, its upper end of
    those that are not behind by the whole interval. So the claim is reproduced where all four are surely behind and
    contradicted where one is surely ahead.
    """
    found = [change_of(changes, experiment, metric) for experiment in LOSSES]
    known = [change for change in found if change is not None]
    if len(known) < len(LOSSES):
        return None
    sign = METRICS[metric]
    ahead = sum(sign * mean > 0 for mean, _, _ in known)
    surely = sum(min(sign * low, sign * high) > 0 for _, low, high in known)
    perhaps = sum(
        not max(sign * low, sign * high) < 0 for _, low, high in known
    )  # NaN: not known to be behind
    printed = printed_changes().set_index("experiment").loc[list(LOSSES), metric]
    return check(
        float((sign * printed > 0).sum()),
        float(ahead),
        claim=f"{metric.upper()}: losses ahead of L1 + LS, of {len(LOSSES)}",
        where=WHERE,
        tolerance=0.0,
        reason="a count; its ends count whole intervals",
        interval=(float(surely), float(perhaps)),
    )
