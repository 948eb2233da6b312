"""Texts for people: what a folder of clips holds and what to type next, what this machine has.

Source
------
Section 4.1 lists categories, clips and seconds; the table here has the same columns and more.
"""

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from v2ra import environment
from v2ra.catalogue import SPLITS, Catalogue, Entry
from v2ra.clips import probe_clip, read_times
from v2ra.config import Data
from v2ra.errors import InputError

MAX_LINES = 12  # of each list in a text; the JSON has all
FIGURES = ("layout", "clips", "seconds", "frames/s", "sound Hz", "annotated", "events", *SPLITS, "split by")


def catalogue_report(catalogue: Catalogue, *, folder: Path, data: Data) -> dict[str, Any]:
    """Return what a folder holds, as plain values.

    Parameters
    ----------
    catalogue : Catalogue
        Clips with their parts.
    folder : Path
        Where they were found, for the next command.
    data : Data
        How they were split.

    Returns
    -------
    dict
        Figures by category, ``problems`` and ``left_out`` by file, ``next`` commands.
    """
    categories = {name: _figures(catalogue, name) for name in catalogue.categories}
    lists = {"problems": catalogue.problems, "left_out": catalogue.left_out}
    return {
        "folder": str(folder),
        "split": {"seed": data.split_seed, "test": data.test_share, "validation": data.validation_share},
        "categories": categories,
        **{
            name: [{"file": str(line.path), "reason": line.reason} for line in lines]
            for name, lines in lists.items()
        },
        "next": _next_steps(categories, folder, official=data.split == "official"),
    }


def _figures(catalogue: Catalogue, category: str) -> dict[str, Any]:
    """Return the figures of one category."""
    entries = catalogue.of(category)
    headers = [probe_clip(entry.path) for entry in entries]
    parts = Counter(entry.split for entry in entries)
    return {
        "layout": catalogue.layouts.get(category, ""),
        "n_clips": len(entries),
        "n_seconds": round(sum(header.n_seconds for header in headers), 2),
        "frame_rates": sorted({round(header.frame_rate or 0, 2) for header in headers}),
        "sample_rates": sorted({_sample_rate(entry) for entry in entries}),
        "annotated": sum(entry.times_path is not None for entry in entries),
        "n_events": sum(len(read_times(entry.times_path)) for entry in entries if entry.times_path),
        **{f"n_{part}": parts[part] for part in SPLITS},
        "split_by": "official lists" if category in catalogue.official else "hash of the name",
    }


def _sample_rate(entry: Entry) -> int:
    """Return the rate of the sound that is read, in Hz; 0 where there is none."""
    return probe_clip(entry.wav_path or entry.path).sample_rate or 0


def _next_steps(categories: dict[str, dict[str, Any]], folder: Path, *, official: bool) -> list[str]:
    """Return what to type next: train the first category that can be, or all; or what is missing."""
    ready = [name for name, figures in categories.items() if figures["n_clips"] >= len(SPLITS)]
    where = shlex.quote(str(folder))
    train, all_of_it = (" --set data.split=official", " --split official") if official else ("", "")
    steps = [
        f"add clips: {name} has {figures['n_clips']}, {len(SPLITS)} are the least (one a part)"
        for name, figures in categories.items()
        if name not in ready
    ]
    steps += [f"v2ra train --data {where} --category {shlex.quote(ready[0])}{train}"] if ready else []
    return steps + ([f"v2ra reproduce --data {where}{all_of_it}"] if len(ready) == len(categories) else [])


def catalogue_text(report: dict[str, Any]) -> str:
    """Return the report as lines of text: a table, lists of files, and the next command."""
    rows = [("category", *FIGURES)]
    rows += [(name, *_cells(figures)) for name, figures in report["categories"].items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    split = report["split"]
    lines.append(
        f"parts: {split['test']:g} for the test, {split['validation']:g} for validation, seed {split['seed']}"
    )
    if any(figures["annotated"] < figures["n_clips"] for figures in report["categories"].values()):
        lines.append(
            "clips without annotated contacts: their events are found in the sound when they are packed"
        )
    lines += _listed("cannot be used", report["problems"]) + _listed("left out", report["left_out"])
    return "\n".join(lines + [f"next: {step}" for step in report["next"]])


def _cells(figures: dict[str, Any]) -> tuple[str, ...]:
    """Return the figures of a category as words, in the order of the table."""
    return (
        figures["layout"],
        str(figures["n_clips"]),
        f"{figures['n_seconds']:.1f}",
        _range(figures["frame_rates"]),
        _range(figures["sample_rates"]),
        str(figures["annotated"]),
        str(figures["n_events"]),
        *(str(figures[f"n_{part}"]) for part in SPLITS),
        figures["split_by"],
    )


def _range(values: Sequence[float]) -> str:
    """Return the least and the largest of sorted values."""
    low, high = (f"{value:.7g}" for value in (values[0], values[-1]))
    return low if low == high else f"{low}-{high}"


def _listed(title: str, lines: Sequence[dict[str, str]]) -> list[str]:
    """Return a line a file, as far as they can be read, below how many there are for each key of the rule."""
    if not lines:
        return []
    keys = Counter(
        re.findall(r"\((clean\.\w+)\)$", "\n".join(line["reason"] for line in lines), re.MULTILINE)
    )
    counts = "".join(f"; {key} {n}" for key, n in keys.most_common())
    shown = [f"{title}: {line['reason']}" for line in lines[:MAX_LINES]]
    rest = [f"{title}: {len(lines) - MAX_LINES} more (--json lists all)"] if len(lines) > MAX_LINES else []
    return [f"{title}: {len(lines)} files{counts}", *shown, *rest]


def doctor_text() -> str:
    """Return versions, device, and which feature backends can be used here."""
    from v2ra.backends import BACKENDS, load_backend

    lines = [f"{name:14} {version}" for name, version in environment.versions().items()]
    lines += [f"{name:14} {value}" for name, value in environment.device().items()]
    for name in BACKENDS:
        try:
            backend = load_backend(name)
            lines.append(f"{name}: ready, {backend.precision}, weights {backend.weights_hash[:12]}")
        except InputError as error:
            lines.append(f"{name}: {error}")
    return "\n".join(lines)
