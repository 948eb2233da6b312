"""Which models an ablation trains: rows as files of differences, from a base recipe, each with several seeds.

A row is a file of ``configs/ablations`` (the rows of Table 7) or of ``configs/choices`` (what PAPER_NOTES.md leaves
open), laid over a profile and a base recipe. A row that changes nothing of its base *is* the base and is not trained
again: where the recipe *tuned* crops already, ``random_crop`` has no model and ``whole_seconds`` has one; where the
recipe *paper* does not, it is the other way round.

Conventions
-----------
The base is the row "full". All rows have the same number of steps, which need not be that of the models of other
notebooks. A run folder is ``runs/<profile>/ablations/<row>/<category>/seedN``.

Source
------
Section 4.5, Table 7.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.profiles import size_of
from v2ra.sections import merge, read_toml
from v2ra.workspace import Workspace, checkout

Group = Literal["ablations", "choices"]
GROUPS: tuple[Group, ...] = ("ablations", "choices")
FULL = "full"
PRINTED = {  # experiment of the printed Table 7: row
    "Full system": FULL,
    "+ z as input": "noise_input",
    "+ skip connections for the generator": "skip_connections",
    "- audio filter (the last layer of the generator)": "no_audio_filter",
    "+ random crop": "random_crop",
    "L_1 + LS loss function": FULL,
    "L_1 + CE loss function": "l1_ce",
    "LS loss function": "ls",
    "L_1 loss function": "l1",
    "CE loss function": "ce",
}
LABELS = {  # in the order of Table 7
    FULL: "full system (L1 + LS)",
    "noise_input": "+ z as input",
    "skip_connections": "+ skip connections",
    "no_audio_filter": "− audio filter",
    "random_crop": "+ random crop",
    "whole_seconds": "whole seconds, no crop",
    "l1_ce": "L1 + CE",
    "ls": "LS",
    "l1": "L1",
    "ce": "CE",
}


@dataclass(frozen=True)
class Ablation:
    """What is trained at a profile."""

    base: Literal["paper", "tuned"] = "tuned"  # the recipe that rows change
    category: str = "dog"  # where the data have it, else their first
    rows: tuple[str, ...] = ()  # empty: every row; else these, and the base
    n_seeds: int = 3  # of each row of Table 7, at least
    n_choice_seeds: int = 0  # of each open choice; 0: they are not trained
    n_steps: int = 150  # of every model
    model_seconds: float = 50.0  # that training one takes a core, as measured: for what is printed beforehand

    def __post_init__(self) -> None:
        """Refuse numbers that train nothing."""
        if min(self.n_seeds, self.n_steps) < 1 or self.n_choice_seeds < 0:
            raise InputError(
                f"found {self.n_seeds} seeds, {self.n_choice_seeds} of choices and {self.n_steps} steps; expected at "
                "least 1, 0 and 1; correct the settings"
            )


@dataclass(frozen=True)
class Study:
    """The ablation of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Its profile names the settings.
    n_seeds : int
        Seeds of each row of Table 7, where the settings name fewer.

    Examples
    --------
    >>> study = Study(Workspace("quick"))
    >>> study.rows("ablations")[:2]
    ('full', 'noise_input')
    >>> study.run_dir("ls", seed=2).parts[-4:]
    ('ablations', 'ls', 'dog', 'seed2')
    """

    workspace: Workspace
    n_seeds: int = 1

    @cached_property
    def settings(self) -> Ablation:
        """Return the settings of the profile."""
        path = checkout() / "configs" / "ablation_settings" / f"{size_of(self.workspace.profile)}.toml"
        found: Ablation = merge({"ablation": Ablation()}, read_toml(path), source=str(path))["ablation"]
        unknown = sorted(set(found.rows) - {name for group in GROUPS for name in row_files(group)})
        if unknown:
            raise InputError(
                f"found no row {unknown[0]!r} for {path}; expected a file of configs/; correct it"
            )
        return found

    @property
    def category(self) -> str:
        """Return the category: that of the settings, or the first at hand."""
        names = self.workspace.categories
        return self.settings.category if self.settings.category in names else names[0]

    def seeds(self, group: Group) -> range:
        """Return the seeds of each row of a group."""
        settings = self.settings
        return range(settings.n_choice_seeds if group == "choices" else max(settings.n_seeds, self.n_seeds))

    def config_files(self, row: str) -> tuple[Path, ...]:
        """Return the files whose layers make the configuration of a row, but for the number of steps."""
        files = {name: path for group in GROUPS for name, path in row_files(group).items()}
        if row not in files:
            raise InputError(f"found no row {row!r}; expected one of {', '.join(files)}; choose one")
        return *self.workspace.config_files(self.settings.base), files[row]

    @property
    def overrides(self) -> dict[str, Any]:
        """Return what every row changes of its base beside its own difference."""
        return {"training.n_steps": self.settings.n_steps}

    def config(self, row: str) -> Config:
        """Return the configuration of a row."""
        return Config.from_toml(*self.config_files(row)).with_overrides(self.overrides)

    def rows(self, group: Group) -> tuple[str, ...]:
        """Return the rows of a group that differ from the base, behind the base; none where none does."""
        if not self.seeds(group):
            return ()
        base, chosen = self.config(FULL), self.settings.rows
        wanted = [name for name in row_files(group) if not chosen or name in chosen]
        changed = [name for name in wanted if self.config(name) != base]
        return (FULL, *changed) if changed else ()

    def run_dir(self, row: str, *, seed: int) -> Path:
        """Return the run folder of one model."""
        return self.workspace.folder / "ablations" / row / self.category / f"seed{seed}"

    def models(self, groups: Sequence[Group] = GROUPS) -> Iterator[tuple[str, int]]:
        """Yield row and seed of every model, each once."""
        wanted = [
            model for group in groups for model in itertools.product(self.rows(group), self.seeds(group))
        ]
        yield from dict.fromkeys(wanted)

    def plan(self, groups: Sequence[Group] = GROUPS) -> str:
        """Return how many models there are and how long they take, in a sentence.

        Examples
        --------
        >>> Study(Workspace("smoke")).plan(["choices"])
        '2 models of 4 steps on dog, from the recipe tuned: about 0.2 minutes of one core'
        """
        n_models, settings = len(list(self.models(groups))), self.settings
        minutes = n_models * settings.model_seconds / 60
        return (
            f"{n_models} models of {settings.n_steps} steps on {self.category}, from the recipe {settings.base}: "
            f"about {minutes:.1f} minutes of one core"
        )


def row_files(group: Group) -> dict[str, Path]:
    """Return the file of each row of a group by name: rows of Table 7 in its order, choices by name.

    Examples
    --------
    >>> list(row_files("ablations"))[-2:]
    ['l1', 'ce']
    """
    found = {path.stem: path for path in sorted((checkout() / "configs" / group).glob("*.toml"))}
    order = list(LABELS)
    return dict(sorted(found.items(), key=lambda entry: order.index(entry[0]) if entry[0] in order else 0))


def differences(base: Config, other: Config) -> dict[str, tuple[Any, Any]]:
    """Return the keys in which two configurations differ, each with both values.

    Examples
    --------
    >>> differences(Config(), Config().with_overrides({"loss.l1_weight": 0.0}))
    {'loss.l1_weight': (10.0, 0.0)}
    """
    changed = other.as_dict()
    return {
        f"{section}.{key}": (value, changed[section][key])
        for section, values in base.as_dict().items()
        for key, value in values.items()
        if value != changed[section][key]
    }


def label_of(study: Study, row: str) -> str:
    """Return what a row is called in a table: its name in Table 7, or the keys that it changes.

    Examples
    --------
    >>> label_of(Study(Workspace("quick")), "l1_weight_100")
    'loss.l1_weight = 100, not 1'
    """
    if row in LABELS:
        return LABELS[row]
    found = differences(study.config(FULL), study.config(row))
    return ", ".join(f"{key} = {_short(new)}, not {_short(old)}" for key, (old, new) in found.items())


def _short(value: Any) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
