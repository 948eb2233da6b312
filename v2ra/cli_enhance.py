"""The verbs of the two optimization schemes: ``v2ra denoise`` and ``v2ra peak-match``.

Source
------
Section 3.3. The verbs and options are a stable contract, as those of `v2ra.cli`, which takes them up.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from v2ra.enhancement import Enhanced

# As in v2ra.cli: each verb imports what it needs.

app = typer.Typer()

Sound = Annotated[Path, typer.Argument(metavar="IN", help="Sound file, or a video with sound.")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="FILE.wav or FILE.flac.")]
RECORDING = "Sound file, a folder to draw one from, or foley:CATEGORY for an embedded synthetic one."
Recording = Annotated[str, typer.Argument(metavar="RECORDING", help=RECORDING)]
MatchMode = Annotated[str, typer.Option(help="literal (Algorithm 1 as printed) or corrected.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def denoise(
    source: Sound,
    out: Out,
    noise_std: Annotated[
        float | None, typer.Option(help="RMS of the noise; default measured from the quietest fifth.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take noise out of a sound by block thresholding."""
    from v2ra.enhancement import Enhancement, enhance_file

    found = enhance_file(source, out, Enhancement("denoise", noise_std=noise_std))
    _tell(out, found, as_json, "noise {noise_std:.2g} RMS")


@app.command("peak-match")
def peak_match(
    source: Sound,
    recording: Recording,
    out: Out,
    mode: MatchMode = "literal",
    grain_seconds: Annotated[float, typer.Option(help="Longest grain.")] = 0.3,
    min_height: Annotated[float, typer.Option(help="Lower peaks do not count.")] = 0.1,
    level: Annotated[str, typer.Option(help="peak or rms of IN, full_scale, or none: as it comes.")] = "peak",
    seed: Annotated[int, typer.Option(help="Which file of a folder, or which embedded recording.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Replace the peaks of a sound by grains of a recording (Algorithm 1)."""
    from v2ra.enhancement import Enhancement, enhance_file

    enhancement = Enhancement(
        "peak-match",
        recording=recording,
        mode=mode,  # type: ignore[arg-type]  # checked by Enhancement
        grain_seconds=grain_seconds,
        min_height=min_height,
        level=level,  # type: ignore[arg-type]
        seed=seed,
    )
    _tell(out, enhance_file(source, out, enhancement), as_json, "{n_grains} grains, {mode}")


def _tell(out: Path, found: "Enhanced", as_json: bool, summary: str) -> None:
    """Print notes and one line, or one JSON object with the notes in it."""
    if as_json:
        typer.echo(json.dumps({**found.figures, "notes": found.notes}))
        return
    for note in found.notes:
        typer.echo(note)
    line = "wrote {out}: {n_seconds:.2f} s at {sample_rate} Hz; " + summary
    typer.echo(line.format(out=out, **found.figures))
