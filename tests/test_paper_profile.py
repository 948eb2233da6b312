"""The paper's size without a GPU: VGG19 at 256 pixels, d = 64, two steps on one short clip.

The weights of VGG19 are random here, the batch is 2, and there are two steps: this shows that the profile runs
from a video file to a sound, not that it learns.
"""

import dataclasses
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from v2ra.checkpoint import load_checkpoint, load_run
from v2ra.config import Config
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.foley.dataset import make_dataset
from v2ra.selection import train_category
from v2ra.steps import generate_to, pack_of
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

SMALLER = {
    "features.backend": "seeded",
    "data.test_share": 0.0,
    "data.validation_share": 0.0,
    "training.batch_size": 2,
    "training.n_steps": 2,
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that goes at once: a checkpoint of this size is a gigabyte."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.slow
def test_two_steps_of_the_paper_profile_lead_from_a_video_to_a_sound(folder: Path) -> None:
    config = Workspace("paper").config("paper").with_overrides(SMALLER)
    make_dataset(folder / "clips", categories=("wood",), n_clips=1, n_seconds=2, seed=0)
    pack = pack_of(folder / "clips", "wood", config, cache=folder / "cache")
    assert pack.clips[0].features.shape == (20, 4096)
    assert (pack.details["features"]["name"], pack.details["features"]["image_size"]) == ("seeded", 256)

    history = train_category(pack, config, folder / "run", accelerator="cpu")
    losses = history.table[["d_loss", "g_adversarial", "g_l1"]].to_numpy(float)
    assert losses.shape == (2, 3)
    assert np.isfinite(losses).all()
    assert (losses > 0).all()
    assert history.warnings == ()

    run = load_run(folder / "run")
    window = torch.zeros(1, 1, PAPER.n_samples(1))
    with torch.no_grad():
        assert run.generator(window).shape == (1, 1, 44100)
        scores = PatchDiscriminator1d(config.discriminator, n_channels=1)(window, window)
    assert scores.shape == (1, 512, 687)  # Table 2: (n, 687, 8d)
    assert load_checkpoint(folder / "run" / "checkpoint.pt")["step"] == 2

    (clip,) = (folder / "clips" / "wood").glob("*.mp4")
    figures = generate_to(clip, folder / "run", folder / "dubbed.wav")
    sound, rate = soundfile.read(folder / "dubbed.wav")
    assert (rate, len(sound)) == (44100, 88200)
    assert np.isfinite(sound).all()
    assert sound.std() > 0
    assert math.isclose(figures["n_seconds"], 2.0)


def test_the_paper_profile_has_the_papers_numbers() -> None:
    config = Workspace("paper").config("paper")
    assert (config.generator.base_width, config.discriminator.base_width) == (64, 64)  # Table 3
    assert (config.generator.n_channels, config.training.batch_size) == (1, 64)
    assert (config.training.d_steps_per_g_step, config.loss.adversarial) == (2, "least_squares")
    assert (config.training.learning_rate, config.generator.dropout) == (0.001, 0.5)  # Section 4.2
    assert (config.features.backend, config.features.image_size) == ("vgg19", 256)  # Section 3.1
    changed = config.with_overrides(SMALLER)
    assert _differences(config, changed) == set(SMALLER)


def test_a_pack_of_the_paper_profile_travels_to_a_gpu_machine() -> None:
    settings = Workspace("paper").config("paper").data
    n_seconds = settings.n_clips * settings.n_clip_seconds
    bytes_a_second = 10 * 4096 * 2 + PAPER.sample_rate * 2  # float16 features, int16 sound
    assert n_seconds * bytes_a_second < 60e6
    assert settings.n_clips * 0.75 >= 10  # "about 10-30 videos for each categories"


def _differences(one: Config, other: Config) -> set[str]:
    """Return the keys in which two configurations differ."""
    sections = [field.name for field in dataclasses.fields(Config)]
    plain = [config.as_dict() for config in (one, other)]
    return {f"{s}.{key}" for s in sections for key in plain[0][s] if plain[0][s][key] != plain[1][s][key]}
