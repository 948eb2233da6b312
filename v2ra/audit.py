"""The paper's printed results held against each other: which follow from the others, and which do not.

Conventions
-----------
A row is an `Entry` of `v2ra.audit_layers`; the table adds the difference and a finding. "adds up": printed and
recomputed differ by no more than rounding can hide; "does not add up": they differ by more; "not explained": they
differ, and too little is said to call it an error (other clips, an unnamed reference; the tolerance is NaN); "no
number printed": the text claims it without a number, and what follows from its tables is given. Nothing measured
enters but the grade of a sound against itself.

Source
------
Equations 11 and 12; Tables 3 to 9; Sections 4.1, 4.3.3, 4.4 and 4.6. PAPER_NOTES.md, notes 29 to 37.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from v2ra.audit_layers import OPEN, Entry, field_entries, rate_entries, stride_entries
from v2ra.foley import make_clip
from v2ra.foley.categories import CATEGORIES
from v2ra.peaq import objective_difference_grade
from v2ra.published import load_published, published_number
from v2ra.retrieval_claim import published_retrieval
from v2ra.scheme_claims import printed_changes
from v2ra.similarity import load_weights
from v2ra.similarity_study import recomputed_grades
from v2ra.timing import PAPER

COLUMNS = ("item", "where", "printed", "recomputed", "difference", "tolerance", "finding", "note")
HALF_UNIT = 0.5e-4  # tables print four decimals
LEVEL = 0.05  # of a test
TRUTH = "ground truth"


def audit() -> pd.DataFrame:
    """Return every printed number that can be held against others.

    Returns
    -------
    DataFrame
        Columns item, where, printed, recomputed, difference (printed minus recomputed), tolerance, finding, note.

    Examples
    --------
    >>> table = audit()
    >>> table[table.item.str.startswith("OSG by Eq. 12")].finding.value_counts().to_dict()
    {'adds up': 6, 'does not add up': 5}
    """
    parts = (rate_entries, stride_entries, field_entries, grade_entries, truth_entries, table_entries)
    entries = [
        entry for part in (*parts, scheme_entries, retrieval_entries, rating_entries) for entry in part()
    ]
    table = pd.DataFrame(entries)
    table["difference"] = table["printed"] - table["recomputed"]
    table["finding"] = [_finding(entry) for entry in entries]
    return table[list(COLUMNS)]


def grade_entries() -> Iterator[Entry]:
    """Yield Eq. 12 from the printed parts of each row of Tables 6 and 7."""
    rounding = (1 + sum(load_weights().values())) * HALF_UNIT  # of the three parts, and of the sum itself
    mms = load_published("table7").set_index("experiment")["mms"].to_dict()
    for row in recomputed_grades().to_dict("records"):
        again = mms.get(row["row"]) == row["printed"]
        note = (
            "the MMS cell stands again in the OSG cell (note 29)"
            if again
            else ""
            if row["agrees"]
            else "note 29"
        )
        where = f"Table {row['table'][-1]}"
        yield Entry(f"OSG by Eq. 12, {row['row']}", where, row["printed"], row["recomputed"], rounding, note)


def truth_entries() -> Iterator[Entry]:
    """Yield the grades of the ground truth, and how many systems are graded above it."""
    clip = make_clip("wood", n_seconds=1, seed=0)
    itself = objective_difference_grade(clip.waveform, clip.waveform, sample_rate=PAPER.sample_rate).odg
    tables = {"6": load_published("table6"), "7": load_published("table7")}
    for number, table in tables.items():
        note = "a sound held against itself is graded above 0 (note 30)"
        yield Entry("ODG of the ground truth", f"Table {number}", table["odg"].iloc[-1], itself, OPEN, note)
    first, second = (float(table["odg"].iloc[-1]) for table in tables.values())
    yield Entry("ODG of the ground truth, twice", "Tables 6, 7", first, second, OPEN, "note 30")
    for number, table in tables.items():
        above = int((table["odg"].iloc[:-1] > table["odg"].iloc[-1]).sum())
        yield Entry("rows graded above the ground truth", f"Table {number}", 0, above, OPEN, "note 30")
    grades = printed_grades()
    step = float(-np.diff(load_published("table4")["grade"]).max())
    note = f"{grades.min()} to {grades.max()}: a step of Table 4 is {step:g} wide (note 31)"
    yield Entry("range of all printed ODG", "Tables 6 to 8", OPEN, float(np.ptp(grades)), OPEN, note)


def printed_grades() -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return every ODG that the paper prints.

    Examples
    --------
    >>> grades = printed_grades()
    >>> len(grades), float(grades.min()), float(grades.max())
    (35, -0.3362, -0.0907)
    """
    columns = [
        load_published(name).filter(like="odg").to_numpy().ravel() for name in ("table6", "table7", "table8")
    ]
    return np.concatenate(columns)


def table_entries() -> Iterator[Entry]:
    """Yield the same quantity where several tables print it, and what the text draws from Table 7."""
    table5, table6 = (load_published(name).set_index("audio")["osg"] for name in ("table5", "table6"))
    table7 = load_published("table7").set_index("experiment")
    to_truth, ours = table5["Ground truth & Ours"], table6["Our method"]
    note = f"{to_truth / ours:.1f} times, and {to_truth / table6['[14]']:.1f} times that of [14] (note 33)"
    yield Entry("OSG of V2RA to the real sound, twice", "Tables 5, 6", to_truth, ours, OPEN, note)
    full, same = (float(table7["osg"][name]) for name in ("Full system", "L_1 + LS loss function"))
    note = "neither table says which clips it averages"
    yield Entry("OSG of V2RA to the real sound, twice", "Tables 6, 7", ours, full, OPEN, note)
    yield Entry("OSG of the full system and of L1 + LS", "Table 7", full, same, 0, "Table 3 says LS")
    others = table7.drop(TRUTH)
    best = float(table7["odg"]["Full system"])
    for metric, better in (("osg", others["osg"] < full), ("odg", others["odg"] > best)):
        item = f"rows better than the full system in {metric.upper()}"
        yield Entry(item, "Section 4.5, Table 7", 0, int(better.sum()), 0)


def scheme_entries() -> Iterator[Entry]:
    """Yield the grades of Table 8 that get worse where Section 4.6 sees improvement or no difference."""
    original = load_published("table8").assign(category=lambda rows: rows["category"].str.lower())
    before = original.set_index("category")
    for row in printed_changes().to_dict("records"):
        for metric in [name for name in row["worse"].split(", ") if name]:
            start = float(before.loc[row["category"], f"original_{metric.lower()}"])
            end = round(start + row[f"{metric.lower()}_change"], 4)
            item = f"{metric} of {row['category']} after {row['scheme']}, no worse than before"
            note = f"{end / start:.2f} times the original (note 34)"
            yield Entry(item, "Section 4.6, Table 8", end, start, 0, note)


def retrieval_entries() -> Iterator[Entry]:
    """Yield the retrieval share as a count, its test against chance, and what it says of the number of clips."""
    where = "Section 4.3.3"
    right, asked = published_retrieval()
    accuracy, chance = published_number("retrieval_accuracy"), published_number("retrieval_chance")
    note = f"{right} of {asked}, the smallest count that rounds to it (note 32)"
    yield Entry("share of right retrievals, %", where, accuracy, 100 * right / asked, 0.005, note)
    yield Entry("chance, %", where, chance, 100 / len(CATEGORIES), 0.005, "one of seven")
    p_value = float(stats.binomtest(right, asked, 1 / len(CATEGORIES), alternative="greater").pvalue)
    note = f"above {LEVEL}: no support for better than chance (note 32)"
    yield Entry("p of as many right by chance, binomial", where, OPEN, p_value, OPEN, note)
    needed = next(k for k in range(asked + 1) if stats.binom.sf(k - 1, asked, 1 / len(CATEGORIES)) < LEVEL)
    note = f"the fewest of {asked} at the {100 * LEVEL:.0f} % level"
    yield Entry("right retrievals that would be better than chance", where, right, needed, 0, note)
    most = len(CATEGORIES) * published_number("most_videos") * published_number("test_share")
    note = "a quarter of at most 30 videos in each of seven categories, were each asked once"
    yield Entry("test videos that asked, at the most", "Sections 4.1, 4.3.3", asked, most, OPEN, note)


def rating_entries() -> Iterator[Entry]:
    """Yield the steps of Table 9, and how many of its scores are above those of [12] and [14]."""
    scores = load_published("table9")
    numbers = scores.iloc[:, 1:].to_numpy()
    people, examples = published_number("participants"), published_number("examples_per_category")
    step = float(np.gcd.reduce(np.round(numbers * people * examples).astype(int).ravel())) / (
        people * examples
    )
    note = f"{examples:.0f} examples a category were shown: one score a participant (note 35)"
    yield Entry("step of the mean scores", "Section 4.7, Table 9", step, 1 / (people * examples), OPEN, note)
    for place, name in ((0, "[12]"), (2, "[14]")):
        above = int((numbers[place + 1] > numbers[place]).sum())
        item = f"scores of three above those of {name}"
        note = "the others are equal" if above < len(numbers[place]) else ""
        yield Entry(item, "Section 4.7, Table 9", len(numbers[place]), above, 0, note)


def _finding(entry: Entry) -> str:
    if np.isnan(entry.printed):
        return "no number printed"
    difference = abs(entry.printed - entry.recomputed)
    if np.isnan(entry.tolerance):
        return "not explained" if difference else "adds up"
    close = difference <= entry.tolerance + 1e-12  # binary fractions; a length that no padding gives is NaN
    return "adds up" if close else "does not add up"
