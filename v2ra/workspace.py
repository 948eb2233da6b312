"""Where everything of a profile lies, and how each missing piece is made.

The Snakefile, the notebooks and the command line share these paths: `runs/<profile>/` holds what is generated (data,
packs, models, sounds, executed notebooks), `runs/<folder>/<profile>/` that of a folder of clips; `tables/` and
`figures/` hold the results. A notebook that is opened alone asks here for what it needs; what is not there is made
by the code that `make reproduce` runs.

Source
------
Section 4.2: "we train a separate model for each category".
"""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from v2ra.baselines.systems import compared_categories
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES
from v2ra.profiles import check_profile, profile_files, size_of

if TYPE_CHECKING:  # the Snakefile needs the paths alone, without the seconds that these imports take
    import pandas as pd

    from v2ra.catalogue import Catalogue
    from v2ra.checkpoint import Run
    from v2ra.datasets import Pack

RECIPES = ("paper", "tuned")


def checkout() -> Path:
    """Return the folder of the project: the nearest one, from here upwards, that holds ``configs``.

    Raises
    ------
    InputError
        Outside a checkout.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "configs" / "quick.toml").is_file():
            return folder
    raise InputError(
        f"found no configs/quick.toml above {here}; expected the project's folder; change into it"
    )


@dataclass(frozen=True)
class Workspace:
    """Paths and pieces of one profile.

    Parameters
    ----------
    profile : str
        "smoke", "quick" or "paper"; with "-official" behind it, the clips are split by their makers' lists.
    data, out : str
        Folder of clips, empty for the embedded synthetic set; folder of everything that is generated.

    Examples
    --------
    >>> Workspace("quick").run_dir("paper", "wood", seed=0).parts[-4:]
    ('models', 'paper', 'wood', 'seed0')
    """

    profile: str = "quick"
    data: str = ""
    out: str = "runs"

    def __post_init__(self) -> None:
        """Refuse a profile that does not exist."""
        check_profile(self.profile, data=self.data)

    @classmethod
    def at_hand(cls, profile: str, data: str = "", out: str = "runs", *, category: str) -> "Workspace":
        """Return the workspace of a profile if it has a trained model of a category, else that of the tour.

        The tour's model is trained in less than a minute, so that there is something to hear; the choice is printed.
        Of clips of one's own it stays that of the profile: no synthetic clip stands in for them.
        """
        wanted = cls(profile, data, out)
        if data or (wanted.run_dir("tuned", category, seed=0) / "generator.safetensors").is_file():
            return wanted
        print(
            f"no trained model of profile {profile} yet (`make reproduce` makes them): a tiny one is used here"
        )
        return cls("tour", "", out)

    @property
    def folder(self) -> Path:
        """Return the folder of what is generated."""
        clips = self.data_dir.name if self.data else ""  # its own folder: nothing of two sets is mixed
        return checkout() / self.out / clips / self.profile

    @property
    def data_dir(self) -> Path:
        """Return the folder of clips."""
        return Path(self.data).resolve() if self.data else self.folder / "data"

    @property
    def sound_cache(self) -> Path:
        """Return the folder of generated sounds that several notebooks ask for."""
        return self.folder / "cache" / "sounds"

    @property
    def results(self) -> Path:
        """Return the folder that holds ``tables`` and ``figures``: the project's own for the quick profile."""
        committed = self.profile == "quick" and not self.data and self.out == "runs"
        return checkout() if committed else self.folder

    @property
    def tables(self) -> Path:
        """Return the folder of tables."""
        return self.results / "tables"

    @property
    def figures(self) -> Path:
        """Return the folder of figures."""
        return self.results / "figures"

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories: the profile's, or those that have a clip a part in the data folder."""
        chosen = self.config("paper").data.categories
        if not self.data:
            return chosen or CATEGORIES
        from v2ra.recognition import categories_in  # lists folders: only where one is given

        return categories_in(self.data_dir, n_clips=3)  # one a part

    @property
    def compared(self) -> tuple[str, ...]:
        """Return the categories that the other systems are fitted to too: the profile's, or the first two."""
        chosen = () if self.data else compared_categories(self.baseline_file)
        return tuple(name for name in chosen if name in self.categories) or self.categories[:2]

    @property
    def baseline_file(self) -> Path:
        """Return the file that holds the settings of the other systems."""
        return checkout() / "configs" / "baselines" / f"{size_of(self.profile)}.toml"

    def config_files(self, recipe: str) -> tuple[Path, ...]:
        """Return the files whose layers make the configuration of a recipe."""
        folder = checkout() / "configs"
        return *profile_files(self.profile, folder), folder / "recipes" / f"{recipe}.toml"

    def config(self, recipe: str) -> Config:
        """Return the configuration of a recipe at this profile."""
        return Config.from_toml(*self.config_files(recipe))

    def pack_path(self, category: str) -> Path:
        """Return the file of the encoded clips of a category."""
        return self.folder / "packs" / f"{category}.npz"

    def run_dir(self, recipe: str, category: str, *, seed: int) -> Path:
        """Return the run folder of one trained model."""
        return self.folder / "models" / recipe / category / f"seed{seed}"

    def sound_dir(self, recipe: str, category: str, *, seed: int) -> Path:
        """Return the folder of the sounds that one model generates."""
        return self.folder / "sounds" / recipe / category / f"seed{seed}"

    def baseline_dir(self, system: str, category: str, *, seed: int) -> Path:
        """Return the folder of what another system makes."""
        return self.folder / "baselines" / system / category / f"seed{seed}"

    def clips_dir(self) -> Path:
        """Return the folder of clips; the embedded set is rendered if it is not there."""
        if not self.data and not (self.data_dir / "manifest.json").is_file():
            from v2ra.foley.dataset import make_dataset

            settings = self.config("paper").data
            make_dataset(
                self.data_dir,
                categories=self.categories,
                n_clips=settings.n_clips,
                n_seconds=settings.n_clip_seconds,
                seed=settings.seed,
                noise_db=settings.noise_db,
            )
        return self.data_dir

    def catalogue(self) -> "Catalogue":
        """Return all clips with their parts, as the profile splits them."""
        from v2ra.catalogue import find_category

        return find_category(self.clips_dir(), None, config=self.config("paper"))

    @functools.cache  # noqa: B019  a workspace lives as long as its notebook
    def pack(self, category: str) -> "Pack":
        """Return the encoded clips of a category; they are encoded if they are not there."""
        from v2ra.catalogue import find_category
        from v2ra.datasets import load_pack, save_pack
        from v2ra.packing import backend_of, make_pack

        path = self.pack_path(category)
        if not path.is_file():
            config = self.config("paper")
            found = find_category(self.clips_dir(), category, config=config)
            backend, cache = backend_of(config), self.folder / "cache"
            pack = make_pack(found, category, config=config, backend=backend, cache_dir=cache)
            path.parent.mkdir(parents=True, exist_ok=True)
            save_pack(pack, path)
        return load_pack(path)

    def details(
        self, notebook: str, *, parameters: dict[str, object], seeds: Sequence[int] = ()
    ) -> dict[str, Any]:
        """Return what the sidecar of a result states about this profile's data and features."""
        from v2ra import provenance

        pack = self.pack(self.categories[0])
        name = "synthetic (foley)" if not self.data else self.data_dir.name
        hashes = {category: self.pack(category).details["dataset_hash"] for category in self.categories}
        return provenance.details(
            notebook=notebook,
            profile=self.profile,
            parameters=parameters,
            dataset={"name": name, "sha256": hashes},
            features={**pack.details["features"], "which_frame": pack.details["which_frame"]},
            seeds=seeds,
        )

    def histories(self, *, recipes: Sequence[str] = RECIPES, seeds: Sequence[int] = (0,)) -> "pd.DataFrame":
        """Return the losses of every model by step, with recipe, category, seed and the kept step."""
        import pandas as pd

        parts = []
        for recipe, category, seed in itertools.product(recipes, self.categories, seeds):
            best = self.run(recipe, category, seed=seed).details["best_step"]
            table = pd.read_csv(self.run_dir(recipe, category, seed=seed) / "history.csv")
            parts.append(table.assign(recipe=recipe, category=category, seed=seed, best_step=best))
        return pd.concat(parts, ignore_index=True)

    def run(self, recipe: str, category: str, *, seed: int = 0) -> "Run":
        """Return a trained model; it is trained if it is not there."""
        from v2ra.checkpoint import load_run

        folder = self.run_dir(recipe, category, seed=seed)
        if not (folder / "generator.safetensors").is_file():
            print(f"no trained model in {folder}: training it now ({self.profile} size)")
            from v2ra.selection import train_category

            train_category(self.pack(category), self.config(recipe), folder, seed=seed, resume=True)
        return load_run(folder)
