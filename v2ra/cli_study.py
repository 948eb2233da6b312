"""The verbs of the listening study: ``v2ra study plan``, ``serve``, ``export`` and ``report``.

Source
------
Section 4.7. The verbs and options are a stable contract, as those of `v2ra.cli`, which takes them up.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from v2ra.errors import InputError

if TYPE_CHECKING:
    from v2ra.study.plan import Plan
    from v2ra.study.ratings import Ratings

# As in v2ra.cli: each verb imports what it needs.

app = typer.Typer(help="Plan, run and read a listening study.", no_args_is_help=True, rich_markup_mode=None)

Study = Annotated[Path, typer.Argument(metavar="STUDY", help="Folder of `v2ra study plan`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="Of a dry run with simulated raters; people's are left alone.")
]


@app.command()
def plan(
    out: Annotated[Path, typer.Option(help="Folder of the study, to be made.")],
    clips: Annotated[
        Path | None,
        typer.Argument(help="Folder SYSTEM/CATEGORY/CLIP.mp4 or .wav, or a CSV list; default our own clips."),
    ] = None,
    listeners: Annotated[int, typer.Option(help="How many are invited.")] = 20,
    per_category: Annotated[int, typer.Option(help="Clips a category; 0 takes all.")] = 2,
    pair: Annotated[
        list[str] | None, typer.Option(help="FIRST:SECOND, two systems to choose between; repeatable.")
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option(help="clarity, synchrony, overall; repeatable; default all.")
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(help="Items that come a second time; default 4, at most a quarter.")
    ] = None,
    title: Annotated[str, typer.Option(help="Shown on the page.")] = "Listening study",
    consent: Annotated[Path | None, typer.Option(help="Text file; default a text of our own.")] = None,
    seed: Annotated[int, typer.Option(help="Of clips, ids and orders.")] = 0,
    profile: Annotated[str, typer.Option(help="Of our own clips: smoke, quick or paper.")] = "quick",
    data: Annotated[Path | None, typer.Option(help="Folder of clips they come from.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the folder of a study: stimuli under random names, sounds of the checks, plan.json."""
    from v2ra.study.gathering import build_study
    from v2ra.study.questions import RATINGS

    options: dict[str, Any] = {"n_listeners": listeners, "n_repeats": repeats, "title": title, "seed": seed}
    options |= {"questions": tuple(question or RATINGS), "per_category": per_category}
    if consent is not None:
        options["consent"] = _text(consent)
    sources, pairs = _sources(clips, out, profile, data, per_category=per_category, seed=seed)
    chosen = [_pair(text) for text in pair] if pair else pairs
    made = build_study(out, sources, pairs=chosen, **options)
    _tell_plan(made, out, as_json)


def _sources(
    clips: Path | None, out: Path, profile: str, data: Path | None, *, per_category: int, seed: int
) -> tuple[list[Any], list[tuple[str, str]]]:
    """Return the clips and, for our own, the pairs that they have."""
    from v2ra.study.gathering import find_sources
    from v2ra.study.plan_file import PLAN_FILE

    if clips is not None:
        return find_sources(clips), []
    if (out / PLAN_FILE).exists():
        raise InputError(f"found a plan in {out}; expected a new folder; name another")
    from v2ra.study.own_clips import PAIRS, write_own_clips
    from v2ra.workspace import Workspace

    workspace = Workspace(profile, str(data or ""))
    sources = write_own_clips(
        workspace, workspace.folder / "study_clips", per_category=per_category, seed=seed
    )
    known = {source.system for source in sources}
    return sources, [pair for pair in PAIRS if set(pair) <= known]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"found no text in {path}; expected the words of consent; name a text file"
        ) from error


def _pair(text: str) -> tuple[str, str]:
    first, _, second = text.partition(":")
    if not first or not second:
        raise InputError(f"found --pair {text}; expected FIRST:SECOND, two systems; separate them by a colon")
    return first, second


def _tell_plan(made: "Plan", out: Path, as_json: bool) -> None:
    from v2ra.study.session import minutes, session

    figures = {
        "n_items": len(made.items),
        "n_pairs": len(made.pairs),
        "n_training": len(made.training),
        "n_listeners": made.n_listeners,
        "n_steps": len(session(made, 0)),
        "minutes": minutes(made),
        "plan": made.hash(),
    }
    practice = "" if made.training else " (no clip is left over to practise on)"
    line = (
        f"wrote {out}: {{n_items}} items, {{n_pairs}} pairs, {{n_training}} to practise{practice}, {{n_listeners}} "
        "listeners, about {minutes} minutes each"
    )
    typer.echo(json.dumps(figures) if as_json else f"{line.format(**figures)}; next: v2ra study serve {out}")


@app.command()
def serve(
    study: Study,
    port: Annotated[int, typer.Option(help="0 takes one that is free.")] = 8765,
    address: Annotated[
        str, typer.Option(help="This machine alone by default; 0.0.0.0 for the lab's network.")
    ] = ("127.0.0.1"),
) -> None:
    """Serve the page of a study on this machine; prints one address a listener. Ctrl-C stops, the same call goes on."""
    from v2ra.study.server import serve as run

    run(study, port=port, address=address, tell=lambda line: print(line, flush=True))


@app.command()
def export(
    study: Study,
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    webmushra: Annotated[
        bool, typer.Option("--webmushra", help="The sounds alone as a webMUSHRA experiment, and no ratings.")
    ] = False,
    simulated: Simulated = False,
) -> None:
    """Write ratings as CSV, one answer a row; or the sounds for webMUSHRA."""
    from v2ra.study.exporting import export_ratings, export_webmushra
    from v2ra.study.plan_file import read_plan

    made = read_plan(study)
    if webmushra:
        typer.echo(f"wrote {export_webmushra(made, study, out)}")
        return
    for path in export_ratings(_ratings(study, made, simulated=simulated), made, out):
        typer.echo(f"wrote {path}")


@app.command()
def report(study: Study, simulated: Simulated = False, as_json: AsJson = False) -> None:
    """Print means, differences, choices and agreement, each with its interval, of the listeners whom the rule keeps."""
    from v2ra.study.plan_file import read_plan
    from v2ra.study.reporting import report_text, study_report

    made = read_plan(study)
    found = study_report(_ratings(study, made, simulated=simulated), made)
    typer.echo(json.dumps(found, indent=1) if as_json else report_text(found))


def _ratings(study: Path, made: "Plan", *, simulated: bool) -> "Ratings":
    """Return people's ratings, or those of simulated raters, which are made on the way."""
    from v2ra.study.ratings import read_ratings
    from v2ra.study.simulated import write_simulated
    from v2ra.study.store import PEOPLE, SIMULATED

    if simulated:
        write_simulated(study, made)
    return read_ratings(study, made, kind=SIMULATED if simulated else PEOPLE)
