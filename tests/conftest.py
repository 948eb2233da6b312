"""Fixtures that several test modules share."""

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Let torch work with one thread: tiny networks run faster so, and tests share the machine."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator with a fixed seed: no test depends on another's draws."""
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real clips and oracles, or skip where it is not at hand."""
    folder = Path(os.environ.get("V2RA_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: set V2RA_SHARED to run the tests on real clips")
    return folder
