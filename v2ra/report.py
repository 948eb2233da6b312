"""Texts for people: what a folder of clips holds, what this machine has.

Source
------
Section 4.1 lists categories, clips and seconds; the table here has the same columns.
"""

from collections import Counter
from typing import Any

from v2ra import environment
from v2ra.catalogue import Catalogue
from v2ra.clips import probe_clip
from v2ra.errors import InputError


def catalogue_report(catalogue: Catalogue) -> dict[str, Any]:
    """Return clips, seconds and parts by category, and the problems, as plain values."""
    categories = {}
    for category in catalogue.categories:
        entries = catalogue.of(category)
        categories[category] = {
            "n_clips": len(entries),
            "n_seconds": round(sum(probe_clip(entry.path).n_seconds for entry in entries), 2),
            "annotated": sum(entry.times_path is not None for entry in entries),
            **{f"n_{part}": n for part, n in sorted(Counter(entry.split for entry in entries).items())},
        }
    problems = [{"file": str(problem.path), "reason": problem.reason} for problem in catalogue.problems]
    return {"categories": categories, "problems": problems}


def catalogue_text(report: dict[str, Any]) -> str:
    """Return the report as lines of text."""
    lines = []
    for name, figures in report["categories"].items():
        parts = ", ".join(
            f"{key[2:]} {n}" for key, n in figures.items() if key in ("n_train", "n_validation", "n_test")
        )
        lines.append(
            f"{name:12} {figures['n_clips']:4} clips {figures['n_seconds']:9.2f} s, "
            f"{figures['annotated']} with contact times; {parts}"
        )
    lines += [f"left out: {problem['reason']}" for problem in report["problems"]]
    return "\n".join(lines)


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
