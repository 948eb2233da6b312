"""Table 7 in the paper's form, the table of open choices, and the sounds of Figure 8.

Conventions
-----------
Published cells are strings as printed and stand in rows of their own; "–" is not published or not known. Measured
cells are "mean [low, high]" over test clips and seeds. METRIC_change is a row's value minus that of the full system,
clip by clip and seed by seed (`v2ra.system_scores.changes_from`).

Source
------
Section 4.5, Table 7, Figure 8.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.ablation_runs import trained_models
from v2ra.ablations import FULL, Group, Study, label_of
from v2ra.cleanness import signal_to_noise_db
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, SCALE_SYSTEMS, Pair, summarise
from v2ra.published import load_published
from v2ra.scale_systems import scale_pairs
from v2ra.score_tables import with_intervals
from v2ra.system_pairs import scenes_of
from v2ra.system_scores import changes_from, system_rows

HEADS = {  # of Table 7, and the synchrony that it lacks
    "onset_f_gain": "onset gain",
    "envelope_correlation": "envelope correlation",
    "odg": "ODG",
    "mms": "MMS",
    "msf": "MSF",
    "rms": "RMS",
    "osg": "OSG",
    "clear_db": "over floor (dB)",
}
CHANGES = {f"{metric}_change": f"Δ {head}" for metric, head in HEADS.items()}
PANELS = {
    "onset_f_gain_change": "Δ onset gain →",
    "envelope_correlation_change": "Δ envelope corr. →",
    "osg_change": "← Δ OSG",
    "odg_change": "Δ ODG →",
}
"""Changes with the labels of their axes, for `v2ra.system_bars.plot_system_bars`; arrows point to the better side."""
WITHOUT_FILTER = "no_audio_filter"


def labels_of(study: Study, group: Group = "ablations") -> dict[str, str]:
    """Return what each row and each system of the scale is called, in the order of a table.

    Examples
    --------
    >>> from v2ra.workspace import Workspace
    >>> list(labels_of(Study(Workspace("smoke"))).values())[:2]
    ['full system (L1 + LS)', '− audio filter']
    """
    rows = {row: label_of(study, row) for row in study.rows(group)}
    return rows | {name: name.replace("_", " ") for name in SCALE_SYSTEMS}


def ablation_rows(pairs: Sequence[Pair], *, sample_rate: int, cache: Path | None = None) -> pd.DataFrame:
    """Score synchrony and quality of all pairs, and how far the loud part of each sound stands over its floor.

    Parameters
    ----------
    pairs : sequence of Pair
        Of `v2ra.ablation_runs.ablation_pairs`.
    sample_rate : int
        In Hz, 32,000 or more.
    cache : path, optional
        As in `v2ra.evaluation.evaluate_clips`.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`; clear_db is `v2ra.cleanness.signal_to_noise_db` of the estimate, higher is clearer.
    """
    everything = [*pairs, *scale_pairs(pairs, sample_rate=sample_rate)]
    clear = [
        (
            p.system,
            p.category,
            p.clip,
            p.seed,
            "clear_db",
            signal_to_noise_db(p.estimate, sample_rate=sample_rate),
        )
        for p in everything
    ]
    scored = system_rows(pairs, sample_rate=sample_rate, cache=cache)
    return pd.concat([scored, pd.DataFrame(clear, columns=COLUMNS)], ignore_index=True)


def ablation_summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean scores of all rows, and behind them their changes from the full system.

    Parameters
    ----------
    rows : DataFrame
        Of `ablation_rows`.

    Returns
    -------
    DataFrame
        Of `v2ra.evaluation.summarise`, with METRIC_change of `HEADS`.

    Examples
    --------
    >>> scores = [(row, "dog", clip, 0, "osg", value) for row, value in (("full", 1.0), ("ls", 1.5)) for clip in "ab"]
    >>> summary = ablation_summary(pd.DataFrame(scores, columns=COLUMNS))
    >>> summary[["system", "metric", "mean"]].values.tolist()
    [['full', 'osg', 1.0], ['ls', 'osg', 1.5], ['ls', 'osg_change', 0.5]]
    """
    return pd.concat(
        [summarise(rows), changes_from(rows, base=FULL, metrics=tuple(HEADS))], ignore_index=True
    )


def table_seven(summary: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Lay scores out as the paper's Table 7, published and measured rows apart.

    Parameters
    ----------
    summary : DataFrame
        Of `ablation_summary`, of one category.
    labels : mapping of str to str
        Of `labels_of`; systems in its order.

    Returns
    -------
    DataFrame
        Columns experiment, source ("published" or "measured") and those of `HEADS`: gain, correlation and ODG are
        better if higher, MMS, MSF, RMS and OSG if lower; "over floor" is nearest to the real sound's where it is right.
    """
    printed = load_published("table7", as_printed=True)
    published = printed.rename(columns=HEADS).assign(source="published")
    measured = _labelled(with_intervals(summary, HEADS, digits=3), labels).assign(source="measured")
    columns = ["experiment", "source", *HEADS.values()]
    return pd.concat([published, measured], ignore_index=True).reindex(columns=columns).fillna("–")


def changes_table(summary: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Lay out how far each row lies from the full system.

    Parameters
    ----------
    summary : DataFrame
        Of `ablation_summary`.
    labels : mapping of str to str
        Of `labels_of`.

    Returns
    -------
    DataFrame
        Columns experiment, those of `CHANGES`, clips, seeds; without the systems of the scale.

    Raises
    ------
    InputError
        Where there is no row but the full system.
    """
    rows = summary[~summary["system"].isin(SCALE_SYSTEMS)]
    shown = _labelled(with_intervals(rows, CHANGES, digits=3), labels)
    return shown[["experiment", *CHANGES.values(), "clips", "seeds"]]


def choices_table(study: Study, summary: pd.DataFrame) -> pd.DataFrame:
    """Lay out what each open choice does, on the validation part and on the test part.

    Parameters
    ----------
    study : Study
        With trained models of the group "choices".
    summary : DataFrame
        Of `ablation_summary` over them.

    Returns
    -------
    DataFrame
        `changes_table` with the gain on the validation part at the kept step, from which a choice may be made.
    """
    models = trained_models(study, ["choices"])
    models["validation gain"] = models["validation onset F"] - models["other clips"]
    means = models.groupby("row")[["validation gain", "D loss"]].mean().round(3)
    table = changes_table(summary, {row: row for row in means.index})
    table = table.join(means, on="experiment")
    table["experiment"] = [label_of(study, row) for row in table["experiment"]]
    front = ["experiment", "validation gain"]
    return table[[*front, *(name for name in table if name not in front)]]


def filter_sounds(pairs: Sequence[Pair]) -> tuple[dict[str, NDArray[np.floating]], Pair]:
    """Return the sounds of Figure 8 for the last test clip by name, of the first seed, and that clip's pair.

    Raises
    ------
    InputError
        If the model without the audio filter is not there.

    Examples
    --------
    >>> pairs = [Pair(name, "dog", "a", np.ones(1), np.zeros(1)) for name in ("full", "no_audio_filter")]
    >>> list(filter_sounds(pairs)[0])
    ['real', '(a) with the filter', '(b) without it']
    """
    if not any(pair.system == WITHOUT_FILTER for pair in pairs):
        raise InputError(
            "found no model without the audio filter; expected one; name no_audio_filter in the rows"
        )
    (scene,) = scenes_of(pairs, pairs[0].category, n_scenes=1)
    full, without = scene[FULL], scene[WITHOUT_FILTER]
    named: dict[str, Any] = {"real": full.reference, "(a) with the filter": full.estimate}
    return named | {"(b) without it": without.estimate}, full


def _labelled(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows that have a label, in the order of the labels, with it as experiment."""
    order = list(labels)
    known = table[table["system"].isin(order)]
    known = known.sort_values("system", key=lambda names: names.map(order.index), kind="stable")
    return known.assign(experiment=[labels[name] for name in known["system"]]).reset_index(drop=True)
