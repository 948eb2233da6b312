"""What a study says, as one text or as plain values.

Conventions
-----------
Means are from 1 to 5, shares from 0 to 1, intervals of 95 %. Simulated raters have a report of their own, marked in
its first line.

Source
------
Section 4.7.
"""

import itertools
import json
from typing import Any

import pandas as pd

from v2ra.study.analysis import ALL, agreement, differences, mean_scores, shares
from v2ra.study.plan import Plan
from v2ra.study.ratings import Ratings
from v2ra.study.screening import screen, screened
from v2ra.study.store import PEOPLE

DRY_RUN = "DRY RUN: these raters are simulated, no person has listened"


def study_report(ratings: Ratings, plan: Plan) -> dict[str, Any]:
    """Return everything as plain values for JSON; NaN becomes None.

    Parameters
    ----------
    ratings : Ratings
        All of one kind of listener, unscreened.
    plan : Plan
        Whose rule leaves listeners out.

    Examples
    --------
    >>> from v2ra.study.plan import Stimulus, make_plan
    >>> from v2ra.study.ratings import no_ratings
    >>> plan = make_plan([Stimulus("a1", "a.mp4", "", "real", "dog", "d")], n_repeats=0)
    >>> study_report(no_ratings(), plan)["n_kept"]
    0
    """
    listeners = screen(ratings, plan.screening)
    kept = screened(ratings, plan.screening)
    systems = list(dict.fromkeys(item.system for item in plan.items))
    tables = {
        "means": mean_scores(kept),
        "differences": differences(kept, list(itertools.combinations(systems, 2))),
        "choices": shares(kept),
        "agreement": agreement(kept),
        "listeners": listeners,
    }
    counts = {"n_invited": plan.n_listeners, "n_started": len(listeners), "n_finished": len(ratings.finished)}
    return {
        "title": plan.title,
        "listener_kind": ratings.kind,
        **counts,
        "n_kept": len(kept.finished),
        **{name: json.loads(table.to_json(orient="records")) for name, table in tables.items()},
    }


def report_text(report: dict[str, Any]) -> str:
    """Return the same as lines of text, means and differences over all categories alone."""
    head = [] if report["listener_kind"] == PEOPLE else [DRY_RUN]
    invited, started, finished, kept = (
        report[f"n_{name}"] for name in ("invited", "started", "finished", "kept")
    )
    head.append(
        f"{report['title']}: {invited} invited, {started} started, {finished} finished, {kept} analysed"
    )
    left_out = [
        f"listener {row['listener'] + 1}: {row['reason']}" for row in report["listeners"] if row["reason"]
    ]
    if not kept:
        return "\n".join([*head, *left_out, "no ratings to analyse yet"])
    parts = []
    for name in ("means", "differences", "choices", "agreement"):
        table = pd.DataFrame(report[name])
        if len(table) and "category" in table:
            table = table[table["category"] == ALL].drop(columns="category")
        if len(table):
            parts.append(f"\n{name}\n{table.to_markdown(index=False, floatfmt='.3g')}")
    return "\n".join([*head, *left_out, *parts])
