"""Tables 5 and 6 in the paper's form, the table of all systems, and what each of them cannot do.

Conventions
-----------
Published cells are strings as printed and stand in columns of their own; "–" is not published or not known.
Measured cells are "mean [low, high]" over test clips and seeds, or one number where there is no interval.

Source
------
Tables 5 and 6, Section 4.4. What a system cannot do is read off its module and its paper.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from v2ra.evaluation import Pair
from v2ra.published import load_published
from v2ra.score_tables import with_intervals
from v2ra.similarity import objective_similarity_grade
from v2ra.system_pairs import COSTS, LABELS
from v2ra.system_scores import HEADS

PARTS = ("odg", "mms", "msf", "rms", "osg")  # columns of Table 6
PRINTED_ROWS = {"sample_rnn": "[14]", "tuned": "Our method", "ground_truth": "Ground truth"}  # of Table 6
BETWEEN = {"modal": 0, "tuned": 1}  # rows of Table 5: two sounds of one method
TO_TRUTH = {"modal": 2, "tuned": 3}  # … and each beside the real sound
WHOLE_CLIP = "the whole clip: features are scaled by its mean"
LIMITS = {  # system: (is given, waits for, cannot)
    "tuned": ("features", WHOLE_CLIP, "keep what rings on beyond its window of 1 s; say how sure it is"),
    "paper": ("features", WHOLE_CLIP, "follow its video with so few clips"),
    "modal": (
        "true contact times",
        "nothing",
        "see: it is told when; anything but impacts; more than one thing a category; how hard a hit is",
    ),
    "visually_indicated": (
        "features",
        WHOLE_CLIP,
        "make a sound of its own: its example inversion copies; two events within 0.2 s",
    ),
    "crossmodal_gan": ("features", WHOLE_CLIP, "make phases: Griffin and Lim guess them, attacks smear"),
    "sample_rnn": (
        "features",
        WHOLE_CLIP,
        "sound above 8 kHz; be computed in parallel: each sample waits for the one before",
    ),
    "wavegan": ("noise", "nothing", "look at the video; sound above 8 kHz"),
    "nearest": ("features", WHOLE_CLIP, "make a sound of its own; follow an event within its step of 0.3 s"),
    "onset_grain": ("features", WHOLE_CLIP, "make a sound of its own, or one without onsets: rustle, wind"),
}


def table_five(
    scenes: Sequence[Mapping[str, Pair]], summary: pd.DataFrame, *, sample_rate: int
) -> pd.DataFrame:
    """Lay scores out as the paper's Table 5, with rows of ours below.

    Parameters
    ----------
    scenes : sequence of mapping of str to Pair
        The two of Figure 6, by system; with fewer, their cells are "–".
    summary : DataFrame
        Of `summarise`, over `evaluate_clips` (osg) and `system_scores.consistency_rows` (osg_between), of one
        category.
    sample_rate : int
        In Hz.

    Returns
    -------
    DataFrame
        Columns audio, "OSG, published", "OSG, measured"; OSG is lower where two sounds are more alike.
    """
    printed = load_published("table5", as_printed=True)
    shown = with_intervals(summary, {"osg": "osg", "osg_between": "between"}, digits=4)
    to_truth = dict(zip(shown["system"], shown["osg"].astype(str), strict=True))
    between = dict(zip(shown["system"], shown["between"].astype(str), strict=True))
    measured = dict.fromkeys(range(len(printed)), "–")
    for system, row in TO_TRUTH.items():
        measured[row] = to_truth[system]
        if len(scenes) > 1:
            first, second = (scene[system].estimate for scene in scenes[:2])
            grade = objective_similarity_grade(first, second, sample_rate=sample_rate)
            measured[BETWEEN[system]] = f"{grade.osg:.4f}"
    rows = list(zip(printed["audio"], printed["osg"], measured.values(), strict=True))
    rows += [(f"all test clips, {LABELS[name]}", "–", cell) for name, cell in between.items()]
    others = [name for name in to_truth if name not in (*TO_TRUTH, "ground_truth")]
    rows += [(f"Ground truth & {LABELS[name]}", "–", to_truth[name]) for name in others]
    table = pd.DataFrame(rows, columns=["audio", "OSG, published", "OSG, measured"])
    return table[table["OSG, measured"].ne("–") | table["OSG, published"].ne("–")].reset_index(drop=True)


def table_six(summary: pd.DataFrame) -> pd.DataFrame:
    """Lay scores out as the paper's Table 6, published and measured rows apart.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`, with all of `PARTS`, of one category.

    Returns
    -------
    DataFrame
        Columns audio, source ("published" or "measured"), and ODG (higher is better), MMS, MSF, RMS and OSG (lower).
    """
    printed = load_published("table6", as_printed=True)
    heads = {part: HEADS[part] for part in PARTS}
    published = printed.rename(columns=heads).assign(source="published")
    shown = with_intervals(summary, heads, digits=4)
    first = [name for name in PRINTED_ROWS if name in set(shown["system"])]
    order = [*first, *(name for name in shown["system"] if name not in first)]
    shown = shown.set_index("system").loc[order].reset_index()
    measured = shown.assign(
        audio=[PRINTED_ROWS.get(name, LABELS[name]) for name in shown["system"]], source="measured"
    )
    columns = ["audio", "source", *heads.values()]
    return pd.concat([published[columns], measured[columns]], ignore_index=True)


def with_costs(summary: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Add the costs of each system to a summary, as metrics without an interval.

    Examples
    --------
    >>> row = {"system": "modal", "category": "wood", "seed": 0, **dict.fromkeys(COSTS, 1.0)}
    >>> table = with_costs(pd.DataFrame(columns=["system", "metric", "mean"]), pd.DataFrame([row]))
    >>> table["metric"].tolist() == list(COSTS)
    True
    """
    tidy = costs.melt(["system", "category", "seed"], list(COSTS), "metric", "mean")
    groups = tidy.groupby(["system", "category", "metric"], sort=False)["mean"]
    means = groups.agg(["mean", "size"]).reset_index().rename(columns={"size": "n_seeds"})
    return pd.concat([summary, means], ignore_index=True) if len(summary) else means


def all_systems(summary: pd.DataFrame, costs: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Lay out everything that is known of every system.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`.
    costs : DataFrame
        Of `v2ra.system_pairs.compare_systems`.
    standing : DataFrame
        Of `v2ra.system_scores.standings`.

    Returns
    -------
    DataFrame
        A row a system and category: scores with intervals, costs, and in which scores it beats V2RA (tuned).
    """
    table = with_intervals(summary, HEADS)
    means = costs.groupby(["system", "category"], sort=False)[list(COSTS)].mean().reset_index()
    for frame in (
        cost_table(means),
        standing.rename(columns={"ahead": "beats V2RA in", "behind": "loses in"}),
    ):
        table = table.merge(frame, how="left", on=["system", "category"])
    order = list(LABELS)
    table = table.sort_values("system", key=lambda names: names.map(order.index), kind="stable")
    table["system"] = [LABELS[name] for name in table["system"]]
    return table.fillna("–").reset_index(drop=True)


def cost_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Lay costs out for a person: minutes, factors, seconds.

    Examples
    --------
    >>> row = {"system": "modal", "category": "wood", "n_parameters": 160, "fit_seconds": 90.0}
    >>> cost_table(pd.DataFrame([row | {"real_time_factor": 0.00123, "latency_seconds": 0.002}])).iloc[0, 2:].tolist()
    ['160', '1.50', '0.0012', '0.002']
    """
    return pd.DataFrame(
        {
            "system": costs["system"],
            "category": costs["category"],
            "parameters": [f"{number:.0f}" for number in costs["n_parameters"]],
            "minutes to fit": [f"{seconds / 60:.2f}" for seconds in costs["fit_seconds"]],
            "real-time factor": [f"{factor:.2g}" for factor in costs["real_time_factor"]],
            "latency (s)": [f"{seconds:.2g}" for seconds in costs["latency_seconds"]],
        }
    )


def limits_table(systems: Sequence[str] = tuple(LIMITS)) -> pd.DataFrame:
    """Return what each system is given, waits for and cannot do.

    Examples
    --------
    >>> limits_table(["wavegan"]).iloc[0, 1:].tolist()
    ['noise', 'nothing', 'look at the video; sound above 8 kHz']
    """
    rows = [(LABELS[name], *LIMITS[name]) for name in systems]
    return pd.DataFrame(rows, columns=["system", "is given", "waits for", "cannot"])
