"""The verbs of the two optimization schemes: ``v2ra denoise`` and ``v2ra peak-match``.

Source
------
Section 3.3. The verbs and options are a stable contract, as those of `v2ra.cli`, which takes them up.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from v2ra.errors import InputError

if TYPE_CHECKING:
    from v2ra.enhancement import Enhanced, Enhancement

# As in v2ra.cli: each verb imports what it needs.

app = typer.Typer()

Sound = Annotated[Path, typer.Argument(metavar="IN", help="Sound file, or a video with sound.")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="FILE.wav or FILE.flac.")]
RECORDING = "Sound file, a folder to draw one from, or foley:CATEGORY for an embedded synthetic one."
Recording = Annotated[str, typer.Argument(metavar="RECORDING", help=RECORDING)]
ConfigFiles = Annotated[
    list[Path] | None,
    typer.Option(help="Configuration: its sections denoising and peak_match; later files win."),
]
MatchMode = Annotated[str | None, typer.Option(help="literal (Algorithm 1 as printed) or corrected.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def denoise(
    source: Sound,
    out: Out,
    config: ConfigFiles = None,
    noise_std: Annotated[
        float | None, typer.Option(help="RMS of the noise; default measured from the quietest fifth.")
    ] = None,
    blocks: Annotated[str | None, typer.Option(help="One block shape, 8x16 to 2x1; default by risk.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take noise out of a sound by block thresholding."""
    from v2ra.enhancement import enhance_file

    noise = None if noise_std is None else "given"
    enhancement = enhancement_of("denoise", config, noise=noise, noise_std=noise_std, blocks=blocks)
    _tell(out, enhance_file(source, out, enhancement), as_json, "noise {noise_std:.2g} RMS")


@app.command("peak-match")
def peak_match(
    source: Sound,
    recording: Recording,
    out: Out,
    config: ConfigFiles = None,
    mode: MatchMode = None,
    grain_seconds: Annotated[float | None, typer.Option(help="Longest grain; default 0.3.")] = None,
    min_height: Annotated[float | None, typer.Option(help="Lower peaks do not count; default 0.1.")] = None,
    level: Annotated[
        str | None, typer.Option(help="peak (default) or rms of IN, full_scale, or none: as it comes.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Which file of a folder, or which embedded recording; default 0.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replace the peaks of a sound by grains of a recording (Algorithm 1)."""
    from v2ra.enhancement import enhance_file

    options = {"mode": mode, "grain_seconds": grain_seconds, "min_height": min_height, "level": level}
    enhancement = enhancement_of("peak-match", config, recording=recording, seed=seed, **options)
    _tell(out, enhance_file(source, out, enhancement), as_json, "{n_grains} grains, {mode}")


def enhancement_of(scheme: str, files: Sequence[Path] | None, **options: object) -> "Enhancement":
    """Return a scheme as files set it, and then the options that were given: those that are not None.

    Raises
    ------
    InputError
        Where a value does not fit, or a file or an option is given that the scheme has no use for.

    Examples
    --------
    >>> enhancement_of("peak-match", None, mode="corrected", seed=None).peak_match.mode
    'corrected'
    """
    from v2ra.config import Config
    from v2ra.enhancement import Enhancement

    Enhancement(scheme)  # type: ignore[arg-type]  # a word that names none is refused first
    config = Config.from_toml(*(files or ()))
    section = {"denoise": "denoising", "peak-match": "peak_match"}.get(scheme, "")
    if files and not section:
        raise InputError(
            f"found --config with enhancement {scheme!r}; expected denoise or peak-match; leave it out"
        )
    for name, value in options.items():
        if value is None:
            continue
        option = f"--{name.replace('_', '-')}"
        if name not in config.as_dict().get(section, ()):
            raise InputError(f"found {option} with enhancement {scheme!r}, which takes none; leave it out")
        config = Config.from_dict({section: {name: value}}, source=option, base=config)
    return Enhancement(scheme, config.denoising, config.peak_match)  # type: ignore[arg-type]


def _tell(out: Path, found: "Enhanced", as_json: bool, summary: str) -> None:
    """Print notes and one line, or one JSON object with the notes in it."""
    if as_json:
        typer.echo(json.dumps({**found.figures, "notes": found.notes}))
        return
    for note in found.notes:
        typer.echo(note)
    line = "wrote {out}: {n_seconds:.2f} s at {sample_rate} Hz; " + summary
    typer.echo(line.format(out=out, **found.figures))
