"""The printed retrieval accuracy as what it is: a count of a few clips, with the interval of such a count.

Conventions
-----------
Shares are in per cent, as printed.

Source
------
Section 4.3.3. The count is ours: the smallest that rounds to the printed share.
"""

import math

import pandas as pd
from scipy import stats

from v2ra.claims import check_direction, scorecard
from v2ra.errors import InputError
from v2ra.published import published_number
from v2ra.retrieval import SHARE

MAX_QUERIES = 10_000  # until a printed share is taken for a fraction


def published_retrieval() -> tuple[int, int]:
    """Return the smallest counts that round to the printed accuracy: retrieved rightly, and asked.

    Examples
    --------
    >>> published_retrieval()
    (11, 70)
    """
    printed = published_number("retrieval_accuracy")
    for n_queries in range(1, MAX_QUERIES):
        n_correct = round(printed / 100 * n_queries)
        if math.isclose(round(100 * n_correct / n_queries, 2), printed):
            return n_correct, n_queries
    raise InputError(f"found no counts that give {printed} %; expected a share; correct the table")


def share_interval(n_correct: int, n_queries: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, in per cent.

    Examples
    --------
    >>> [round(end, 1) for end in share_interval(11, 70)]
    [9.0, 26.0]
    """
    interval = stats.binomtest(n_correct, n_queries).proportion_ci(SHARE, method="wilson")
    return 100 * float(interval.low), 100 * float(interval.high)


def above_chance_claims(table: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of "better than chance", a row a system and descriptor whose sound or video asks.

    Reproduced where the whole interval of the share lies above its own chance level, contradicted where it lies
    below, else inconclusive.

    Parameters
    ----------
    table : DataFrame
        Of `v2ra.retrieval_study.retrieval_table`; accuracy, low, high and chance are shares.

    Examples
    --------
    >>> row = {"descriptor": "log_mel", "protocol": "linear", "system": "ours", "accuracy": 0.3, "chance": 0.1}
    >>> above_chance_claims(pd.DataFrame([row | {"low": 0.2, "high": 0.4}]))["measured"].round(1).item()
    20.0
    """
    printed = published_number("retrieval_accuracy") - published_number("retrieval_chance")
    return scorecard(
        *(
            check_direction(
                round(printed, 2),
                100 * (row["accuracy"] - row["chance"]),
                claim=f"retrieval minus chance, %, {row['protocol']}, {row['system']}, {row['descriptor']}",
                where="Section 4.3.3",
                interval=(100 * (row["low"] - row["chance"]), 100 * (row["high"] - row["chance"])),
            )
            for row in table[table["protocol"] != "real"].to_dict("records")
        )
    )
