"""What the paper says of the generated sound itself: in time with its own video, in real time, from video alone.

Conventions
-----------
Output is the scorecard of `v2ra.claims`; every rule stands here. Onset F is a share, times are seconds of computing
for one second of sound.

Source
------
Abstract, sentences 4 and 6; Section 4.1, sentence 1; Section 4.2, sentence 15.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.claims import check, check_direction, scorecard
from v2ra.clips import probe_clip
from v2ra.dubbing import dub
from v2ra.evaluation import over_categories, summarise
from v2ra.muxing import mux
from v2ra.packing import backend_of
from v2ra.published import published_number
from v2ra.timing import PAPER
from v2ra.workspace import RECIPES, Workspace

FULL_SIZE = "generator, d = 64"
SPEED_TOLERANCE = 0.005  # s; one digit is printed
OTHER_DEVICE = "the paper measured on an NVIDIA Quadro 5000, this is a CPU"


def synchrony_claims(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of "synchronized", a row a recipe and category, then all categories together.

    Reproduced where the whole interval of the onset F beyond that of other clips' sounds lies above zero,
    contradicted where it lies below, else inconclusive.

    Parameters
    ----------
    scores : DataFrame
        Of `v2ra.evaluation.evaluate_clips`, with onset_f and its mismatched control.

    Returns
    -------
    DataFrame
        Empty where a category has one test clip alone, and so no other clip to hold it against.

    Examples
    --------
    >>> values = {"onset_f": 0.9, "onset_f_mismatched": 0.2}
    >>> rows = [("tuned", "wood", clip, 0, name, value) for name, value in values.items() for clip in "ab"]
    >>> names = ["system", "category", "clip", "seed", "metric", "value"]
    >>> synchrony_claims(pd.DataFrame(rows, columns=names))["claim"].tolist()
    ['onset F beyond that of other clips, tuned, wood', 'onset F beyond that of other clips, tuned, all']
    """
    own = scores[scores["system"].isin(RECIPES)]
    found = pd.concat([summarise(own), summarise(over_categories(own))], ignore_index=True)
    rows = [
        check_direction(
            1.0,
            float(row["mean"]),
            claim=f"onset F beyond that of other clips, {row['system']}, {row['category']}",
            where="Abstract",
            interval=(float(row["low"]), float(row["high"])),
        )
        for row in found[found["metric"] == "onset_f_gain"].to_dict("records")
    ]
    return scorecard(*rows) if rows else pd.DataFrame()


def speed_claims(table: pd.DataFrame, *, on_gpu: bool) -> pd.DataFrame:
    """Return the scorecard of 0.03 s, which needs a GPU to compare, and of real time.

    Real time, decoding and features included, is reproduced where a second takes less than a second. A CPU that is
    slower says nothing of a GPU.

    Parameters
    ----------
    table : DataFrame
        Of `v2ra.speed.measure`.
    on_gpu : bool
        Whether it ran on a GPU.

    Examples
    --------
    >>> times = {"decoding and features (x)": 0.1, "generator, d = 64": 0.3}
    >>> table = pd.DataFrame({"part": list(times), "seconds_per_second": list(times.values())})
    >>> speed_claims(table, on_gpu=False)["verdict"].tolist()
    ['not comparable', 'reproduced']
    """
    seconds = table.set_index("part")["seconds_per_second"]
    generator = float(seconds[FULL_SIZE])
    whole = generator + float(seconds[[part for part in seconds.index if "features" in part]].sum())
    slow = not on_gpu and whole >= 1
    real_time = check_direction(
        1.0,
        1 - whole,
        claim="seconds left of each second: features and full-size generator",
        where="Abstract",
        interval=(1 - whole, 1 - whole),  # the fastest of three: no interval is known
    )
    return scorecard(
        check(
            published_number("generation_seconds"),
            generator,
            claim="seconds to generate one second",
            where="Section 4.2",
            tolerance=SPEED_TOLERANCE,
            reason="one digit is printed",
            not_comparable="" if on_gpu else OTHER_DEVICE,
        ),
        real_time.assign(verdict="not comparable", note=OTHER_DEVICE) if slow else real_time,
    )


def silent_claims(workspace: Workspace, category: str) -> pd.DataFrame:
    """Return whether a dub needs more than pictures: the same clip with its sound taken away gives the same dub.

    Parameters
    ----------
    workspace : Workspace
        Whose clips and trained model are used.
    category : str
        Of the clip and the model.
    """
    pack, run = workspace.pack(category), workspace.run("tuned", category)
    path = Path(pack.details["files"][pack.part("test")[0].name])
    silence = np.zeros(PAPER.n_samples(probe_clip(path).n_seconds), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        silent = Path(folder) / "silent.mp4"
        mux(path, silence, silent, sample_rate=PAPER.sample_rate)
        with_sound, without = (dub(clip, run, backend=backend_of(run.config)) for clip in (path, silent))
    return check(
        0.0,
        float(np.abs(with_sound.waveform - without.waveform).max()),
        claim="difference of the dub when the clip is silent",
        where="Abstract",
        tolerance=0.0,
        reason="the same pictures",
    )
