"""How synchrony falls with what is done to the video: every degradation in every severity, on held-out clips.

Conventions
-----------
Pairs and rows are those of `v2ra.evaluation`; the system of a pair is "DEGRADATION SEVERITY", or "unchanged". The
sound of a clip is held against the clip's own; its mismatched control is the sound of the same model for the other
clips under the same degradation. METRIC_change is a value minus the unchanged one, clip by clip and seed by seed.

Source
------
Section 5, Figure 13.
"""

from collections.abc import Sequence

import pandas as pd

from v2ra.degradations import DEGRADATIONS
from v2ra.degraded_clips import degraded_packs
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, Pair, gains, over_categories, summarise
from v2ra.failure_settings import Sweep, at_hand
from v2ra.heldout import first_clips, heldout_pairs, heldout_sounds
from v2ra.packing import backend_of
from v2ra.scheme_scores import with_changes
from v2ra.score_tables import with_intervals
from v2ra.workspace import Workspace

UNCHANGED = "unchanged"
METRICS = (
    *("onset_f", "onset_f_mismatched", "onset_f_gain", "envelope_correlation", "rms_ratio"),
    *("best_envelope_correlation", "best_lag_seconds"),  # a sound may be late and otherwise right
)
KEYS = ["degradation", "unit", "severity"]
COLUMN_HEADS = {
    "onset_f": "onset F",
    "onset_f_gain": "gain",
    "onset_f_gain_change": "change of gain",
    "envelope_correlation": "envelope correlation",
    "best_envelope_correlation": "at its best lag",
    "best_lag_seconds": "best lag (s)",
    "rms_ratio": "RMS ratio",
}


def label(name: str, severity: float) -> str:
    """Return the system's name of one degradation.

    Examples
    --------
    >>> label("gain", 2.0)
    'gain 2'
    """
    return f"{name} {severity:g}"


def split_label(system: str) -> tuple[str, float]:
    """Return name and severity.

    Raises
    ------
    InputError
        If it is no label.

    Examples
    --------
    >>> split_label("low_frame_rate 5")
    ('low_frame_rate', 5.0)
    """
    name, _, severity = system.rpartition(" ")
    if name not in DEGRADATIONS:
        raise InputError(f"found the system {system!r}; expected DEGRADATION SEVERITY; use sweep_pairs")
    return name, float(severity)


def sweep_pairs(
    workspace: Workspace, sweep: Sweep, *, recipe: str = "tuned", seeds: Sequence[int] = (0,)
) -> list[Pair]:
    """Let the models sound for their test clips, as they are and degraded.

    Parameters
    ----------
    workspace : Workspace
        Models that are not there are trained; packs name the files of their clips.
    sweep : Sweep
        Categories, clips and severities.
    recipe : str
        Whose models.
    seeds : sequence of int
        Of the models.

    Returns
    -------
    list of Pair
    """
    cases = [(name, value) for name, values in sweep.severities.by_name.items() for value in values]
    backend = backend_of(workspace.config(recipe))
    pairs = []
    for category in at_hand(sweep.categories, workspace.categories):
        pack = workspace.pack(category)
        plain = first_clips(pack, sweep.n_clips or len(pack.clips))
        store = workspace.folder / "cache" / "degraded"
        packs = degraded_packs(pack, backend, cases, n_clips=sweep.n_clips, store=store)
        for seed in seeds:
            run = workspace.run(recipe, category, seed=seed)
            sounds = heldout_sounds(run, plain, cache=workspace.sound_cache)
            pairs += heldout_pairs(sounds, plain, system=UNCHANGED, seed=seed)
            for (name, value), changed in zip(cases, packs, strict=True):
                # Their features are kept, 7 times smaller; a sound is made from them in a tenth of its length.
                sounds = heldout_sounds(run, changed)
                pairs += heldout_pairs(sounds, changed, system=label(name, value), seed=seed)
    return pairs


def sweep_rows(scored: pd.DataFrame) -> pd.DataFrame:
    """Return what is asked of a sweep: its own systems and `METRICS`, with changes, each also over all categories.

    Parameters
    ----------
    scored : DataFrame
        Of `v2ra.evaluation.evaluate_clips`.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`; category "all" holds the clips of all.

    Raises
    ------
    InputError
        If nothing was left unchanged.

    Examples
    --------
    >>> rows = [(system, "dog", "a", 0, "onset_f", v) for system, v in (("unchanged", 0.75), ("gain 4", 0.5))]
    >>> found = sweep_rows(pd.DataFrame(rows, columns=COLUMNS))
    >>> found[found.metric == "onset_f_change"][["system", "category", "value"]].values.tolist()
    [['gain 4', 'dog', -0.25], ['gain 4', 'all', -0.25]]
    """
    own = [name for name in scored["system"].unique() if name == UNCHANGED or name.split()[0] in DEGRADATIONS]
    kept = pd.concat([scored, gains(scored)], ignore_index=True)
    kept = kept[kept["system"].isin(own) & kept["metric"].isin(METRICS)]
    changed = with_changes(kept, base=UNCHANGED)
    changed = changed[~changed["metric"].str.endswith("_gain")]  # `summarise` adds them; their changes stay
    return pd.concat([changed, over_categories(changed)], ignore_index=True)[COLUMNS]


def sweep_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over clips and seeds, with intervals: a curve a degradation, category and metric.

    Parameters
    ----------
    rows : DataFrame
        Of `sweep_rows`.

    Returns
    -------
    DataFrame
        Columns degradation, unit, severity, category, metric, mean, low, high, n_clips, n_seeds. Severity 0 is the
        unchanged video, the same in every degradation.

    Examples
    --------
    >>> rows = [(system, "dog", "a", 0, "onset_f", v) for system, v in (("unchanged", 0.75), ("gain 4", 0.5))]
    >>> table = sweep_table(sweep_rows(pd.DataFrame(rows, columns=COLUMNS)))
    >>> dog = table[(table.category == "dog") & (table.metric == "onset_f")]
    >>> dog[["degradation", "severity", "mean"]].values.tolist()
    [['gain', 0.0, 0.75], ['gain', 4.0, 0.5]]
    """
    summary = summarise(rows)
    plain = summary[summary["system"] == UNCHANGED]
    damaged = summary[summary["system"] != UNCHANGED]
    found = [split_label(system) for system in damaged["system"]]
    damaged = damaged.assign(degradation=[name for name, _ in found], severity=[value for _, value in found])
    names = [name for name in DEGRADATIONS if name in set(damaged["degradation"])]
    parts = [plain.assign(degradation=name, severity=0.0) for name in names]
    table = pd.concat([*parts, damaged], ignore_index=True)
    table["unit"] = [DEGRADATIONS[name].unit for name in table["degradation"]]
    table["place"] = [names.index(name) for name in table["degradation"]]
    table = table.sort_values(["place", "category", "severity"], kind="stable")
    return table[[*KEYS, "category", "metric", "mean", "low", "high", "n_clips", "n_seeds"]].reset_index(
        drop=True
    )


def shown_table(table: pd.DataFrame, *, category: str = "all") -> pd.DataFrame:
    """Lay a sweep out for a person, one category, a row a severity.

    Parameters
    ----------
    table : DataFrame
        Of `sweep_table`.
    category : str
        "all", or one of them.

    Returns
    -------
    DataFrame
        Columns degradation, severity (with its unit) and those of `COLUMN_HEADS`, "mean [low, high]".
    """
    own = table[table["category"] == category]
    named = own.assign(
        system=own["degradation"], category=[f"{s:g} {u}" for s, u in own[["severity", "unit"]].values]
    )
    return with_intervals(named, COLUMN_HEADS).rename(
        columns={"category": "severity", "system": "degradation"}
    )
