"""What others work on with: ratings as CSV, and the sounds alone as a webMUSHRA experiment.

Conventions
-----------
Files of simulated raters begin with ``simulated_``; those of people do not, and hold people alone. ``scores.csv`` has
one answer a row (the columns of `v2ra.study.ratings`, practice and repeats marked), ready for a cumulative-link mixed
model in R: ``ordinal::clmm(factor(value) ~ system + (1 | listener) + (1 | clip))``.

Source
------
webMUSHRA's documentation for experimenters, for the keys of its YAML.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import soundfile
import yaml

from v2ra.clips import read_waveform
from v2ra.study.gathering import SAMPLE_RATE
from v2ra.study.plan import Plan, Stimulus
from v2ra.study.questions import GRADES, RATINGS
from v2ra.study.ratings import Ratings
from v2ra.study.screening import screen
from v2ra.study.store import PEOPLE
from v2ra.writing import make_folder, written_whole

WEBMUSHRA = "webmushra"


def export_ratings(ratings: Ratings, plan: Plan, out: Path) -> list[Path]:
    """Write all answers, and who stays by the rule of the plan, as CSV.

    Parameters
    ----------
    ratings : Ratings
        All of one kind of listener, unscreened.
    plan : Plan
        Of the study.
    out : Path
        Folder, made where it is missing.

    Returns
    -------
    list of Path
        scores, choices, checks, listeners.
    """
    make_folder(out)
    prefix = "" if ratings.kind == PEOPLE else f"{ratings.kind}_"
    tables: Mapping[str, pd.DataFrame] = {
        "scores": ratings.scores,
        "choices": ratings.choices,
        "checks": ratings.checks,
        "listeners": screen(ratings, plan.screening).assign(listener_kind=ratings.kind),
    }
    written = []
    for name, table in tables.items():
        written.append(out / f"{prefix}{name}.csv")
        with written_whole(written[-1]) as part:
            table.to_csv(part, index=False, lineterminator="\n")
    return written


def webmushra_config(plan: Plan, *, test_id: str = "v2ra") -> dict[str, Any]:
    """Return the audio-only part of a study as webMUSHRA wants it: one page a sound, five grades.

    Parameters
    ----------
    plan : Plan
        Its items are rated for sound quality.
    test_id : str
        Folder of the sounds below webMUSHRA's ``configs``, and of its results.

    Examples
    --------
    >>> from v2ra.study.plan import make_plan
    >>> plan = make_plan([Stimulus("a1", "a.mp4", "", "real", "dog", "d")], n_repeats=0)
    >>> config = webmushra_config(plan)
    >>> [page if isinstance(page, list) else page["type"] for page in config["pages"]][0]
    'generic'
    >>> config["pages"][1][1]["stimuli"]
    {'a1': 'configs/v2ra/a1.wav'}
    """
    question = RATINGS["clarity"].text
    rated = {"type": "likert_single_stimulus", "name": "Sound", "content": question}
    pages = [
        rated
        | {"id": item.id, "mustRate": True, "mustPlayback": "ended"}
        | {"stimuli": {item.id: _place(item, test_id)}, "response": _scale()}
        for item in plan.items
    ]
    welcome = {"type": "generic", "id": "welcome", "name": plan.title, "content": "Wear headphones."}
    level = [
        {"type": "volume", "id": "level", "name": "Level", "content": "Set a comfortable level."}
        | {"stimulus": _place(sound, test_id), "defaultVolume": 0.5}
        for sound in plan.level
    ]
    end = {"type": "finish", "name": "Thank you", "content": "That was all.", "showResults": False}
    general = {"testname": plan.title, "testId": test_id, "bufferSize": 2048, "stopOnErrors": True}
    service = {"showButtonPreviousPage": False, "remoteService": "service/write.php"}
    return general | service | {"pages": [welcome, *level, ["random", *pages], end | {"writeResults": True}]}


def export_webmushra(plan: Plan, study: Path, out: Path, *, test_id: str = "v2ra") -> Path:
    """Write the configuration and its sounds, to be put into webMUSHRA's ``configs``; return the YAML file.

    Names of sounds tell nothing of the system: ``key.csv`` beside does, and is for the analysis.
    """
    sounds = make_folder(out / WEBMUSHRA / test_id)
    for stimulus in (*plan.level, *plan.items):
        waveform = read_waveform(study / stimulus.file, sample_rate=SAMPLE_RATE)
        with written_whole(sounds / f"{stimulus.id}.wav") as part:
            soundfile.write(part, waveform, SAMPLE_RATE, subtype="PCM_16")
    key = pd.DataFrame([(item.id, item.system, item.category, item.clip) for item in plan.items])
    with written_whole(out / WEBMUSHRA / "key.csv") as part:
        key.set_axis(["id", "system", "category", "clip"], axis=1).to_csv(part, index=False)
    path = out / WEBMUSHRA / f"{test_id}.yaml"
    with written_whole(path) as part:
        part.write_text(yaml.safe_dump(webmushra_config(plan, test_id=test_id), sort_keys=False), "utf-8")
    return path


def _scale() -> list[dict[str, Any]]:
    """Return the grades, worst first; a list of its own each time, which YAML writes out."""
    return [{"value": value, "label": label} for value, label in reversed(GRADES)]


def _place(stimulus: Stimulus, test_id: str) -> str:
    return f"configs/{test_id}/{stimulus.id}.wav"
