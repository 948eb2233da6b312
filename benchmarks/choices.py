"""The open choices of PAPER_NOTES, one key at a time: what `n_choice_seeds` adds to notebook 12, for this table alone.

Conventions
-----------
Rows are the files of ``configs/choices`` laid over the base, category and steps of ``configs/ablation_settings``; one
that changes nothing of the base is left out. Models that are not there are trained. *Validation gain* is what a choice
may be made by; the columns behind it are of the test part, as changes from the base with 95 % intervals over clips
and seeds.

Source
------
Section 4.5; PAPER_NOTES, 53.

Usage
-----
python benchmarks/choices.py --seeds 1 [--profile quick] [--jobs 2]
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context

from benchmarks.reference import parser
from v2ra import provenance
from v2ra.ablation_runs import ablation_pairs, base_line, run_of
from v2ra.ablation_scores import ablation_rows, ablation_summary, choices_table
from v2ra.ablations import Ablation, Study
from v2ra.timing import PAPER
from v2ra.workspace import Workspace


@dataclass(frozen=True)
class Choices(Study):
    """The study of a profile with as many models of each choice as are asked for."""

    @cached_property
    def settings(self) -> Ablation:
        """Return the settings of the profile, with seeds of the choices."""
        return replace(super().settings, n_choice_seeds=self.n_seeds)


def train_all(study: Study, *, n_jobs: int) -> None:
    """Train what is missing, some models side by side."""
    study.workspace.pack(study.category)  # clips and features are made once, here
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        coming = [pool.submit(run_of, study, row, seed=seed) for row, seed in study.models(["choices"])]
        for model in coming:
            model.result()


def main() -> None:
    """Print the table and keep it with its sidecar."""
    arguments = parser(__doc__)
    arguments.add_argument("--profile", default="quick", help="smoke, quick or paper")
    arguments.add_argument("--seeds", type=int, required=True, help="models a choice")
    arguments.add_argument("--jobs", type=int, default=2, help="models side by side")
    options = arguments.parse_args()
    workspace = Workspace(options.profile)
    study = Choices(workspace, n_seeds=options.seeds)
    print(study.plan(["choices"]))
    train_all(study, n_jobs=options.jobs)
    pairs = ablation_pairs(study, "choices")
    rows = ablation_rows(pairs, sample_rate=PAPER.sample_rate, cache=workspace.folder / "cache" / "scores")
    summary = ablation_summary(rows)
    table = choices_table(study, summary)
    details = workspace.details(
        "choices.py", parameters={"seeds": options.seeds}, seeds=study.seeds("choices")
    )
    details |= {"base": base_line(study)}
    text = table.to_markdown(index=False)
    name = f"supplement_choices_{study.settings.base}"
    provenance.save_table(summary, name, directory=workspace.tables, details=details, markdown=text)
    print(text)


if __name__ == "__main__":
    main()
