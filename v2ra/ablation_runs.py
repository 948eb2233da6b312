"""Models of an ablation, trained where they are missing, and their sounds for the test clips.

Conventions
-----------
Pairs are those of `v2ra.evaluation`, with the row as system. The test part is scored and never chosen from: each
model keeps the step that is best on the validation part, as all models do.

Source
------
Section 4.5, Table 7.
"""

import json
from collections.abc import Sequence

import pandas as pd

from v2ra.ablations import FULL, GROUPS, Group, Study, differences, label_of
from v2ra.checkpoint import AFTERWARDS, Run, load_run
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.evaluation import Pair
from v2ra.heldout import heldout_pairs, heldout_sounds
from v2ra.selection import train_category

KEPT = {  # of the step that a model keeps, on the validation part
    "validation_onset_f": "validation onset F",
    "validation_onset_f_mismatched": "other clips",
    "validation_correlation": "validation correlation",
    "validation_rms_ratio": "RMS ratio",
}


def run_of(study: Study, row: str, *, seed: int) -> Run:
    """Return a model of an ablation; it is trained if it is not there.

    Parameters
    ----------
    study : Study
        Whose pack is learnt, and whose settings.
    row : str
        Name of a file of differences.
    seed : int
        Of weights, batches and dropout.

    Raises
    ------
    InputError
        If the folder holds a model of another configuration: one of earlier settings, say.
    """
    folder, config = study.run_dir(row, seed=seed), study.config(row)
    if not (folder / "generator.safetensors").is_file():
        print(f"no trained model in {folder}: training it now ({study.settings.n_steps} steps)", flush=True)
        train_category(study.workspace.pack(study.category), config, folder, seed=seed, resume=True)
    run = load_run(folder)
    other = {key for key in differences(config, run.config) if key.partition(".")[0] not in AFTERWARDS}
    if other:
        raise InputError(
            f"found a model in {folder} with another {', '.join(sorted(other))}; expected that of {row}; delete the "
            "folder to train it again"
        )
    return run


def ablation_pairs(study: Study, group: Group = "ablations") -> list[Pair]:
    """Return the sound of every model of a group for every test clip.

    Parameters
    ----------
    study : Study
        Its missing models are trained.
    group : str
        "ablations" or "choices".
    """
    pack, pairs = study.workspace.pack(study.category), []
    for row, seed in study.models([group]):
        sounds = heldout_sounds(run_of(study, row, seed=seed), pack, cache=study.workspace.sound_cache)
        pairs += heldout_pairs(sounds, pack, system=row, seed=seed)
    return pairs


def trained_models(study: Study, groups: Sequence[Group] = GROUPS) -> pd.DataFrame:
    """Return what training left of each model.

    Parameters
    ----------
    study : Study
        With trained models.
    groups : sequence of str
        Of rows.

    Returns
    -------
    DataFrame
        Columns row, seed, kept step, those of `KEPT`, D loss (mean of the last 20 steps; 0.25 is a draw of least
        squares; empty without D), warnings (how many) and minutes.
    """
    found = []
    for row, seed in study.models(groups):
        details = load_run(study.run_dir(row, seed=seed)).details
        history = pd.read_csv(study.run_dir(row, seed=seed) / "history.csv")
        (kept,) = history[history["step"] == details["best_step"]].to_dict("records")
        d_loss = history["d_loss"].tail(20).mean() if "d_loss" in history else float("nan")
        scores = {head: kept.get(name, float("nan")) for name, head in KEPT.items()}
        last = {"D loss": d_loss, "warnings": len(details["warnings"]), "minutes": details["seconds"] / 60}
        found.append({"row": row, "seed": seed, "kept step": details["best_step"], **scores, **last})
    return pd.DataFrame(found)


def rows_table(study: Study, groups: Sequence[Group] = GROUPS) -> pd.DataFrame:
    """Return what each row changes of the base recipe.

    Examples
    --------
    >>> from v2ra.workspace import Workspace
    >>> table = rows_table(Study(Workspace("smoke")))
    >>> table[table.row == "no_audio_filter"].values.tolist()
    [['no_audio_filter', '− audio filter', 'generator.audio_filter', 'true', 'false']]
    """
    base, found = study.config(FULL), []
    for row in dict.fromkeys(row for row, _ in study.models(groups)):
        changed = differences(base, study.config(row)) or {"–": ("–", "–")}
        keys, olds, news = list(changed), *zip(*changed.values(), strict=True)
        cells = (", ".join(map(_plain, values)) for values in (keys, olds, news))
        found.append((row, label_of(study, row), *cells))
    return pd.DataFrame(found, columns=["row", "experiment", "key", "base", "here"])


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def base_line(study: Study, config: Config | None = None) -> str:
    """Return what "full" means here, in a sentence.

    Examples
    --------
    >>> from v2ra.workspace import Workspace
    >>> base_line(Study(Workspace("quick")))
    'full = recipe tuned, L1 + least squares, λ = 1, seconds cropped at random, 150 steps, category dog'
    """
    settings, full = study.settings, config or study.config(FULL)
    cut = {"crop": "seconds cropped at random", "whole": "whole seconds"}[full.training.segmenting]
    return (
        f"full = recipe {settings.base}, L1 + least squares, λ = {full.loss.l1_weight:g}, {cut}, "
        f"{settings.n_steps} steps, category {study.category}"
    )
