"""Held-out scores of one recipe over several seeds: what `make reproduce SEEDS=3` shows, for one row alone.

Conventions
-----------
Every category of a profile, every seed from 0: models that are not there are trained. Scores are those of
notebook 05 (onset F-measure at ±50 ms beside other clips and chance), means with 95 % intervals over clips and
seeds. The mean over seeds is given, not the best one.

Source
------
Sections 4.1 and 4.2: one model a category, 25 % of the clips held out.

Usage
-----
python benchmarks/seeds.py --recipe tuned [--profile quick] [--seeds 3] [--jobs 2]
"""

import itertools
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pandas as pd

from benchmarks.reference import parser
from v2ra import provenance
from v2ra.evaluation import Pair, evaluate_clips, summarise
from v2ra.heldout import heldout_pairs, heldout_sounds
from v2ra.score_tables import with_intervals
from v2ra.timing import PAPER
from v2ra.workspace import Workspace


def pairs_of(profile: str, recipe: str, category: str, seed: int) -> list[Pair]:
    """Return the sounds of one model beside the clips' own; the model is trained if it is not there."""
    workspace = Workspace(profile)
    run, pack = workspace.run(recipe, category, seed=seed), workspace.pack(category)
    return heldout_pairs(heldout_sounds(run, pack), pack, system=recipe, seed=seed)


def summary_of(workspace: Workspace, recipe: str, *, n_seeds: int, n_jobs: int) -> pd.DataFrame:
    """Return the summary of all categories and seeds."""
    for category in workspace.categories:
        workspace.pack(category)  # clips and features are made once, here
    models = itertools.product(workspace.categories, range(n_seeds))
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        coming = [
            pool.submit(pairs_of, workspace.profile, recipe, category, seed) for category, seed in models
        ]
        pairs = [pair for model in coming for pair in model.result()]
    return summarise(evaluate_clips(pairs, sample_rate=PAPER.sample_rate))


def main() -> None:
    """Print the table and keep it with its sidecar."""
    arguments = parser(__doc__)
    arguments.add_argument("--recipe", required=True, help="paper or tuned")
    arguments.add_argument("--profile", default="quick", help="smoke, quick or paper")
    arguments.add_argument("--seeds", type=int, default=3, help="models a category")
    arguments.add_argument("--jobs", type=int, default=2, help="models side by side")
    options = arguments.parse_args()
    workspace = Workspace(options.profile)
    summary = summary_of(workspace, options.recipe, n_seeds=options.seeds, n_jobs=options.jobs)
    shown = with_intervals(summary[summary["system"] == options.recipe])
    parameters = {"recipe": options.recipe, "seeds": options.seeds}
    details = workspace.details("seeds.py", parameters=parameters, seeds=range(options.seeds))
    text = shown.to_markdown(index=False)
    name = f"supplement_seeds_{options.recipe}"
    provenance.save_table(summary, name, directory=workspace.tables, details=details, markdown=text)
    print(text)


if __name__ == "__main__":
    main()
