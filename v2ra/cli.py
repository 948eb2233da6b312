"""The command line: one verb a step of the flow, bad input in one line and exit status 2.

Source
------
The verbs and options are a stable contract; ``v2ra VERB --help`` prints each.
"""

import json
import os
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from v2ra.cli_enhance import RECORDING, ConfigFiles, MatchMode, enhancement_of
from v2ra.cli_enhance import app as enhance_app
from v2ra.cli_study import app as study_app
from v2ra.errors import InputError

if TYPE_CHECKING:
    from v2ra.config import Config

# Each verb imports what it needs: `v2ra --help` and the pipeline must not wait for torch.

BAD_INPUT, INTERRUPTED = 2, 130  # exit statuses

app = typer.Typer(
    help="Visual-to-raw-audio generation with a conditional GAN.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Make or check a folder of clips.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(data_app, name="data")
app.add_typer(study_app, name="study")
app.add_typer(enhance_app)  # without a name: its verbs stand beside the others

Weights = Annotated[Path | None, typer.Option(help="State dict of VGG19 (vgg19 only).")]
Configs = Annotated[
    list[Path] | None,
    typer.Option(
        "--config", help="Repeatable, later files win; default configs/quick.toml, recipes/tuned.toml."
    ),
]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="Category; may be repeated; default all.")
]
Settings = Annotated[list[str] | None, typer.Option("--set", help="section.key=value; repeatable.")]
DATA = "Folder of clips: <category>/*.mp4, *.mp4 of one category, Greatest Hits, VEGAS or VAS."
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@data_app.command("make")
def data_make(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    category: Categories = None,
    n_clips: Annotated[int, typer.Option(help="Clips a category.")] = 16,
    seconds: Annotated[float, typer.Option(help="Length of a clip.")] = 8.0,
    seed: Annotated[int, typer.Option(help="Of scenes and sounds.")] = 0,
    noise_db: Annotated[float, typer.Option(help="Background noise, dB re full scale.")] = -50.0,
    jobs: Annotated[int, typer.Option(help="Processes.")] = os.cpu_count() or 1,
) -> None:
    """Render the embedded synthetic clips: mp4, WAV, contact times, manifest."""
    from v2ra.foley.categories import CATEGORIES
    from v2ra.foley.dataset import make_dataset

    chosen = tuple(category or CATEGORIES)
    manifest = make_dataset(
        out, categories=chosen, n_clips=n_clips, n_seconds=seconds, seed=seed, noise_db=noise_db, n_jobs=jobs
    )
    typer.echo(f"wrote {manifest}; next: v2ra data check {out}")


@data_app.command("check")
def data_check(
    folder: Annotated[Path, typer.Argument(help=DATA)],
    category: Annotated[str | None, typer.Option(help="One alone; default those of the paper.")] = None,
    config: Configs = None,
    setting: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Say what lies in a folder: layout, categories, clips, seconds, rates, events, parts, problems, what next."""
    from v2ra.catalogue import find_category
    from v2ra.report import catalogue_report, catalogue_text

    settings = _settings(config, setting)
    catalogue = find_category(folder, category, config=settings)
    report = catalogue_report(catalogue, folder=folder, data=settings.data)
    typer.echo(json.dumps(report, indent=1) if as_json else catalogue_text(report))


@app.command()
def features(
    source: Annotated[Path, typer.Argument(help="A clip, or a folder <category>/*.mp4.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    backend: Annotated[str | None, typer.Option(help="vgg19, efficientnet_lite0 or seeded.")] = None,
    weights: Weights = None,
    config: Annotated[list[Path] | None, typer.Option(help="Configuration; later files win.")] = None,
    category: Categories = None,
    cache: Annotated[Path | None, typer.Option(help="Folder of cached features.")] = None,
) -> None:
    """Encode a clip to <out>/<clip>.npy, or a folder to one pack <out>/<category>.npz a category."""
    from v2ra import steps

    overrides = {"features.backend": backend, "features.weights": str(weights) if weights else None}
    settings = steps.settings_of(config, {key: value for key, value in overrides.items() if value})
    for line in steps.encode(source, out, settings, categories=category, cache=cache or out / "cache"):
        typer.echo(line)


@app.command()
def train(
    data: Annotated[Path, typer.Option(help=f"{DATA[:-1]}; or a pack of `v2ra features`.")],
    category: Annotated[str, typer.Option(help="Category to train on; any name.")],
    config: Configs = None,
    out: Annotated[Path | None, typer.Option(help="Run folder; default runs/CATEGORY.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run that was stopped.")] = False,
    seed: Annotated[int, typer.Option(help="Of weights, batches and dropout.")] = 0,
    start: Annotated[Path | None, typer.Option("--from", help="Run whose networks to start from.")] = None,
    setting: Settings = None,
    weights: Weights = None,
    cache: Annotated[Path | None, typer.Option(help="Of features and pack; default RUN/cache.")] = None,
    accelerator: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    devices: Annotated[int, typer.Option(help="Processes or GPUs.")] = 1,
) -> None:
    """Train one model on one category of a folder of clips, or on a pack."""
    from v2ra import steps
    from v2ra.selection import train_category

    out = out or Path("runs") / category
    settings = _settings(config, setting, {"features.weights": str(weights)} if weights else {})
    pack = steps.pack_of(data, category, settings, cache=cache or out / "cache")
    begin = partial(train_category, seed=seed, resume=resume, start_from=start)
    history = begin(pack, settings, out, accelerator=accelerator, devices=devices)
    typer.echo(steps.pack_line(pack))
    typer.echo(f"wrote {out}; selected step {history.best_step} of {len(history.table)}")


@app.command()
def generate(
    clip: Path,
    run: Annotated[Path, typer.Option(help="Run folder of `v2ra train`.")],
    out: Annotated[Path, typer.Option(help="FILE.wav, FILE.flac or FILE.mp4.")],
    weights: Weights = None,
    enhance: Annotated[str, typer.Option(help="none, denoise or peak-match.")] = "none",
    recording: Annotated[
        str | None, typer.Option(help=f"{RECORDING} Default: of the run's category.")
    ] = None,
    mode: MatchMode = None,
    config: ConfigFiles = None,
    as_json: AsJson = False,
) -> None:
    """Generate sound for a clip; an mp4 keeps the clip's own picture, packet by packet."""
    from v2ra import steps

    enhancement = enhancement_of(enhance, config, recording=recording, mode=mode)
    figures = steps.generate_to(clip, run, out, weights=weights, enhancement=enhancement)
    text = (
        f"wrote {out}: {figures['n_seconds']:.2f} s of sound; real-time factor {figures['real_time_factor']:.3f} "
        f"(features {figures['feature_factor']:.3f}, generator {figures['generator_factor']:.4f}; below 1 is "
        "faster than real time)"
    )
    typer.echo(json.dumps(figures) if as_json else text)


@app.command()
def score(reference: Path, estimate: Path, as_json: AsJson = False) -> None:
    """Compare an estimate with its reference: PEAQ, similarity, onsets, envelope, level."""
    from v2ra.file_scores import score_files, score_text

    scores = score_files(reference, estimate)
    typer.echo(json.dumps(scores) if as_json else score_text(scores))


@app.command()
def reproduce(
    profile: Annotated[str, typer.Option(help="smoke, quick or paper.")] = "quick",
    data: Annotated[Path | None, typer.Option(help="Folder of clips; default the embedded set.")] = None,
    split: Annotated[str, typer.Option(help="random, or official: the set's own lists.")] = "random",
    seeds: Annotated[int, typer.Option(help="Models a category and recipe.")] = 1,
    jobs: Annotated[int | None, typer.Option(help="Jobs side by side; default one a processor.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of what is generated.")] = Path("runs"),
    only: Annotated[list[str] | None, typer.Option(help="Notebook, such as 05; repeatable.")] = None,
    cluster: Annotated[Path | None, typer.Option(help="Profile, such as profiles/slurm.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare; overwrite no committed result.")] = False,
) -> None:
    """Make every table and figure: data, features, models, sounds, notebooks."""
    from v2ra.profiles import profile_name
    from v2ra.reproduction import reproduce as run

    name = profile_name(profile, split)
    raise typer.Exit(
        run(name, data, n_seeds=seeds, n_jobs=jobs, out=out, only=only, cluster=cluster, verify=verify)
    )


@app.command()
def doctor() -> None:
    """Print versions, device, and which optional pieces were found."""
    from v2ra.report import doctor_text

    typer.echo(doctor_text())


def _settings(
    files: list[Path] | None, settings: list[str] | None, more: dict[str, str] | None = None
) -> "Config":
    """Return the configuration of some files, or of the quick profile and the tuned recipe without any."""
    from v2ra.config import Config, parse_settings
    from v2ra.workspace import Workspace

    chosen = files or Workspace("quick").config_files("tuned")
    return Config.from_toml(*chosen).with_overrides(parse_settings(settings or []) | (more or {}))


def main() -> None:
    """Run the command line; bad input is one line on stderr and status 2."""
    warnings.showwarning = _note
    try:
        status = app(standalone_mode=False)  # a verb that ends well gives None
    except (InputError, TyperException) as error:
        status = _refuse(error)
    if status == INTERRUPTED:
        print("stopped; a training run continues with --resume", file=sys.stderr)
    sys.exit(status)


def _refuse(error: InputError | TyperException) -> int:
    """Print the one line of bad input, or the help where nothing was asked for."""
    if isinstance(error, TyperException) and "\n" in str(error):
        print(error, file=sys.stderr)
        return BAD_INPUT
    hint = "; see --help" if isinstance(error, TyperException) else ""
    text = error.format_message() if isinstance(error, TyperException) else str(error)
    print(f"error: {' '.join(text.split()).rstrip('.')}{hint}", file=sys.stderr)
    return BAD_INPUT


def _note(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning as one line, without the place in the code."""
    print(f"note: {' '.join(str(message).split())}", file=sys.stderr)


if __name__ == "__main__":
    main()
