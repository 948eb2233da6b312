"""Claims about the generated sound: when they hold, when they do not, and when nothing can be said."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from v2ra import generation_claims
from v2ra.checkpoint import Run
from v2ra.clips import write_video
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack
from v2ra.generation_claims import FULL_SIZE, OTHER_DEVICE, silent_claims, speed_claims, synchrony_claims
from v2ra.generator import Generator
from v2ra.packing import backend_of
from v2ra.sound import read_waveform
from v2ra.workspace import Workspace

NAMES = ["system", "category", "clip", "seed", "metric", "value"]


def speed(generator: float, features: float = 0.1) -> pd.DataFrame:
    """Return a table of `v2ra.speed.measure` with two parts."""
    parts = ["decoding and features (seeded, 64 px, fp32)", "generator, d = 4", FULL_SIZE]
    return pd.DataFrame({"part": parts, "seconds_per_second": [features, 9.0, generator]})


@pytest.mark.parametrize(
    ("generator", "on_gpu", "verdicts"),
    [
        (0.03, True, ["reproduced", "reproduced"]),
        (0.5, True, ["contradicted", "reproduced"]),
        (1.5, True, ["contradicted", "contradicted"]),
        (0.5, False, ["not comparable", "reproduced"]),
        (1.5, False, ["not comparable", "not comparable"]),
    ],
)
def test_a_slow_cpu_says_nothing_of_a_gpu_and_a_fast_one_is_real_time(
    generator: float, on_gpu: bool, verdicts: list[str]
) -> None:
    claims = speed_claims(speed(generator), on_gpu=on_gpu)
    assert claims["verdict"].tolist() == verdicts
    assert (claims["note"] == OTHER_DEVICE).tolist() == [v == "not comparable" for v in verdicts]


def test_features_count_towards_real_time_and_other_widths_do_not() -> None:
    assert speed_claims(speed(0.5, features=0.6), on_gpu=True)["measured"].iloc[1] == pytest.approx(-0.1)


def test_sound_that_fits_any_clip_is_not_synchronized() -> None:
    values = {"onset_f": 0.5, "onset_f_mismatched": 0.5}
    rows = [("paper", "dog", clip, 0, name, value) for name, value in values.items() for clip in "abc"]
    rows += [("silence", "dog", clip, 0, name, value) for name, value in values.items() for clip in "abc"]
    claims = synchrony_claims(pd.DataFrame(rows, columns=NAMES))
    assert claims["verdict"].tolist() == ["inconclusive", "inconclusive"]
    assert not claims["claim"].str.contains("silence").any()


def test_one_clip_without_a_control_has_no_claim() -> None:
    rows = pd.DataFrame([("paper", "dog", "a", 0, "onset_f", 0.5)], columns=NAMES)
    assert synchrony_claims(rows).empty


@pytest.mark.parametrize(("generator", "verdict"), [(0.034, "reproduced"), (0.036, "contradicted")])
def test_seconds_are_held_against_the_one_digit_that_is_printed(generator: float, verdict: str) -> None:
    assert speed_claims(speed(generator), on_gpu=True)["verdict"].iloc[0] == verdict  # 0.03 ± 0.005


def test_a_gain_that_some_clips_lack_proves_nothing() -> None:
    gains = {"a": 0.9, "b": -0.2, "c": -0.1}  # 0.2 on average
    rows = [("paper", "dog", clip, 0, "onset_f", 0.3 + gain) for clip, gain in gains.items()]
    rows += [("paper", "dog", clip, 0, "onset_f_mismatched", 0.3) for clip in gains]
    claims = synchrony_claims(pd.DataFrame(rows, columns=NAMES))
    assert claims["measured"].tolist() == pytest.approx([0.2, 0.2])  # of dog, and of all
    assert claims["verdict"].tolist() == ["inconclusive", "inconclusive"]


def test_the_sound_of_a_clip_has_no_say_in_its_dub_and_a_dub_that_listened_were_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    config = Config().with_overrides(
        {"generator.base_width": 1, "features.backend": "seeded", "features.image_size": 32}
    )
    path = tmp_path / "a.mp4"
    write_video(path, rng.integers(0, 255, (30, 64, 64, 3), np.uint8), 0.2 * rng.standard_normal(44_100))
    clip = EncodedClip("a", "test", np.zeros((10, 4096), np.float16), np.zeros(44_100, np.int16), np.zeros(0))
    pack = Pack("dog", (clip,), {"files": {"a": str(path)}})
    details = {"pack": {"features": backend_of(config).details}}
    run = Run(Generator(config.generator).eval(), config, "dog", 0, details)
    stand_in = SimpleNamespace(pack=lambda _: pack, run=lambda *_: run)
    workspace = cast(Workspace, stand_in)
    (claim,) = silent_claims(workspace, "dog").to_dict("records")
    assert (claim["published"], claim["measured"], claim["verdict"]) == (0, 0, "reproduced")

    def listens(file: Path, *_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(waveform=read_waveform(file))

    monkeypatch.setattr(generation_claims, "dub", listens)
    (claim,) = silent_claims(workspace, "dog").to_dict("records")
    assert claim["verdict"] == "contradicted"
    assert claim["measured"] == pytest.approx(np.abs(read_waveform(path)).max(), abs=1e-3)  # less silence
