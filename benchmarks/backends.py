"""Feature backends on real footage: what a linear probe sees of a contact, what a clip finds, and how long it takes.

Conventions
-----------
The probe is ridge regression on three neighbouring vectors of scaled features, fitted to all other clips (leave
one clip out); its AUC for "a contact in this 0.1 s" is that of each clip, then the mean over clips with a 95 %
interval: 0.5 is chance, higher is better. Retrieval holds the mean features of each clip against those of all
others: the share whose nearest neighbour is of the same category, with its Wilson interval and chance. Seconds are
processor seconds of the network alone, on one thread, over seconds of video: lower is better.

Source
------
Section 3.1 (fc6 of VGG19) and Section 4.3.3 (nearest neighbours by visual features); the probe is ours.

Usage
-----
python benchmarks/backends.py CLIPS [--events FILE] [--weights FILE] [--seconds 6]
"""

import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.real_clips import annotated_contacts, contact_labels, dataset_of, listed_clips
from benchmarks.reference import markdown, parser
from v2ra import provenance
from v2ra.backends import BATCH_SIZE, Backend, load_backend
from v2ra.bootstrap import Interval, mean_interval
from v2ra.catalogue import Entry
from v2ra.clips import probe_clip, read_waveform, stream_frames
from v2ra.encoding import scale_features, used_frames
from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.readout import with_neighbours
from v2ra.retrieval import top1_accuracy
from v2ra.timing import PAPER
from v2ra.visual_map import clip_features, fit_visual_map
from v2ra.workspace import checkout

Float32 = NDArray[np.float32]
Labels = NDArray[np.bool_]

CASES = (("vgg19", 256), ("efficientnet_lite0", 224), ("efficientnet_lite0", 128), ("seeded", 64))


class Seen(NamedTuple):
    """Features of all clips by one backend, (n_vectors, 4096) each, and the seconds that the network took."""

    features: list[Float32]
    network_seconds: float


def wanted_frames(entry: Entry, *, n_seconds: float) -> NDArray[np.uint8]:
    """Return the frames of a clip's first seconds that Eq. 3 reads, (n_vectors, 256, 256, 3)."""
    indices = used_frames(min(probe_clip(entry.path).n_seconds, n_seconds), timing=PAPER, which="last")
    frames = stream_frames(entry.path, timing=PAPER, wanted=set(indices.tolist()).__contains__)
    return np.stack([frame for _, frame in islice(frames, len(indices))])


def seen_by(backend: Backend, clips: Sequence[NDArray[np.uint8]]) -> Seen:
    """Return what a backend makes of the frames of all clips."""
    features, seconds = [], 0.0
    for frames in clips:
        started = time.process_time()
        parts = [backend(frames[at : at + BATCH_SIZE]) for at in range(0, len(frames), BATCH_SIZE)]
        seconds += time.process_time() - started
        features.append(np.concatenate(parts))
    return Seen(features, seconds)


def probe_auc(features: Sequence[Float32], labels: Sequence[Labels]) -> list[float]:
    """Return the AUC of a linear probe on each clip, fitted to all others; NaN where a clip has one class alone.

    Examples
    --------
    >>> loud = [np.arange(8) % 2 == 0, np.arange(8) % 3 == 0, np.arange(8) % 4 == 0]
    >>> probe_auc([np.repeat(one[:, None], 4, 1).astype(np.float32) for one in loud], loud)
    [1.0, 1.0, 1.0]
    """
    inputs = [with_neighbours(scale_features(clip, mode="clip_mean_3sigma")) for clip in features]
    values = []
    for index, (own, truth) in enumerate(zip(inputs, labels, strict=True)):
        if truth.all() or not truth.any():
            values.append(float("nan"))
            continue
        others = [i for i in range(len(inputs)) if i != index]
        targets = np.concatenate([labels[i] for i in others]).astype(float)
        probe = fit_visual_map(np.concatenate([inputs[i] for i in others]), targets[:, None])
        values.append(float(roc_auc_score(truth, probe(own)[:, 0])))
    return values


def contacts_of(
    entries: Sequence[Entry], folder: Path, events: Path | None
) -> tuple[list[NDArray[np.float64]], list[bool]]:
    """Return the contact times of each clip in seconds, and whether they are annotated."""
    annotated = annotated_contacts(folder, events)
    rate = PAPER.sample_rate
    times, known = [], []
    for entry in entries:
        contacts = annotated.get(f"{entry.category}/{entry.name}")
        known.append(contacts is not None)
        if contacts is None:
            sound = read_waveform(entry.wav_path or entry.path, sample_rate=rate)
            contacts = np.asarray(detect_onsets(sound, sample_rate=rate), np.float64)
        times.append(contacts)
    return times, known


def scores_of(
    seen: Seen, labels: Sequence[Labels], known: Sequence[bool], entries: Sequence[Entry]
) -> dict[str, float]:
    """Return the figures of one backend by name."""
    values = np.array(probe_auc(seen.features, labels))
    means = np.stack([clip_features(clip) for clip in seen.features])  # (n_clips, 2 × 4096)
    names = [entry.category for entry in entries]
    found = top1_accuracy(means, means, query_labels=names, gallery_labels=names, exclude_self=True)
    n_seconds = sum(len(clip) for clip in seen.features) / PAPER.vectors_per_second
    figures: dict[str, float] = {}
    for name, kept in (("auc", np.isfinite(values)), ("auc_annotated", np.isfinite(values) & known)):
        interval = mean_interval(values[kept]) if kept.any() else Interval(np.nan, np.nan, np.nan)
        figures |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
        figures |= {f"{name}_n_clips": int(kept.sum())}
    figures |= {"top1": found.accuracy, "top1_low": found.low, "top1_high": found.high}
    figures |= {"top1_chance": found.chance, "top1_n_clips": found.n_queries}
    return figures | {"seconds_per_second": seen.network_seconds / n_seconds, "n_seconds": n_seconds}


def shown(table: pd.DataFrame) -> str:
    """Return the table as it is printed: a row a backend, a mean with its interval in a cell."""

    def cell(row: "pd.Series[float]", name: str) -> str:
        return f"{row[name]:.2f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"

    return markdown(
        [
            {
                "backend": row["backend"],
                "px": int(row["image_size"]),
                f"AUC, contacts ({row['auc_n_clips']:.0f} clips)": cell(row, "auc"),
                f"AUC, annotated alone ({row['auc_annotated_n_clips']:.0f} clips)": cell(
                    row, "auc_annotated"
                ),
                f"top-1 ({row['top1_n_clips']:.0f} clips)": cell(row, "top1"),
                "chance": float(row["top1_chance"]),
                "s a second": float(row["seconds_per_second"]),
            }
            for _, row in table.iterrows()
        ]
    )


def compared(
    folder: Path, *, events: Path | None, weights: str | None, n_seconds: float
) -> tuple[pd.DataFrame, list[Entry], dict[str, str]]:
    """Return the figures of all backends, the clips, and the hash of each backend's weights."""
    entries = listed_clips(folder)
    clips = [wanted_frames(entry, n_seconds=n_seconds) for entry in entries]
    times, known = contacts_of(entries, folder, events)
    labels = [contact_labels(own, len(frames)) for own, frames in zip(times, clips, strict=True)]
    rows, hashes = [], {}
    for name, size in CASES if weights else CASES[1:]:
        given = weights if name == "vgg19" else None
        backend = load_backend(name, weights=given, image_size=size, precision="auto", device="cpu")
        figures = scores_of(seen_by(backend, clips), labels, known, entries)
        rows.append({"backend": name, "image_size": size, **figures})
        hashes[name] = str(backend.details["weights_hash"])
        print(f"{name} at {size} px: done", file=sys.stderr)
    return pd.DataFrame(rows), entries, hashes


def main() -> int:
    """Print the table and keep it with its sidecar."""
    arguments = parser(__doc__)
    arguments.add_argument("clips", type=Path, help="folder of real clips, <category>/*.mp4")
    arguments.add_argument(
        "--events", type=Path, help="CSV of annotated contacts; default that of the folder"
    )
    arguments.add_argument("--weights", help="state dict of VGG19; vgg19 is left out without")
    arguments.add_argument("--seconds", type=float, default=6.0, help="of each clip")
    arguments.add_argument("--out", type=Path, help="folder of the table; default tables/")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    try:
        table, entries, hashes = compared(
            options.clips, events=options.events, weights=options.weights, n_seconds=options.seconds
        )
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    details = provenance.details(
        notebook="backends.py",
        profile="quick",
        parameters={"seconds": options.seconds},
        dataset=dataset_of(entries),
        features={"weights_hash": hashes},
    )
    text = shown(table)
    directory = options.out or checkout() / "tables"
    provenance.save_table(table, "supplement_backends", directory=directory, details=details, markdown=text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
