"""Notebook 00 in a running JupyterLab: it runs, and what is chosen is what is seen and heard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.conftest import serve_lab, wait
from tests.browser.test_lab import RUN, STEP, Choice, Lab
from tests.test_clip_lab import tiny, write_clips
from v2ra.datasets import Pack
from v2ra.selection import train_category
from v2ra.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with notebook 00, clips, and a tiny model; only the notebook's parameters are changed."""
    folder = tmp_path_factory.mktemp("tour")
    workspace = Workspace("smoke", str(write_clips(folder / "clips" / "brass")), str(folder / "out"))
    run_dir = workspace.run_dir("tuned", "brass", seed=0)
    train_category(workspace.pack("brass"), tiny(workspace), run_dir, seed=0)
    notebook: dict[str, Any] = json.loads((ROOT / "notebooks" / "00_tour.ipynb").read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    values = {
        "PROFILE": "smoke",
        "DATA": workspace.data,
        "OUT": workspace.out,
        "N_SEEDS": 1,
        "CATEGORY": "brass",
    }
    cell["source"] = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    (folder / "00_tour.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pack(folder: Path) -> Pack:
    """Return the encoded clips."""
    return Workspace("smoke", str(folder / "clips"), str(folder / "out")).pack("brass")


@pytest.fixture(scope="module")
def page(chromium: "Browser", folder: Path) -> "Iterator[Page]":
    """Yield the notebook with every cell run."""
    with serve_lab(folder) as host:
        page = chromium.new_page(viewport={"width": 1100, "height": 6000})  # all cells are on the screen
        page.set_default_timeout(120_000)  # where other tests take the processors
        page.goto(f"{host}lab/tree/00_tour.ipynb?token=listen")
        page.wait_for_selector(".jp-CodeCell")
        page.evaluate(RUN)
        page.wait_for_selector(".jp-CodeCell select")
        yield page
        page.close()


def cell_with(page: "Page", text: str) -> int:
    """Return the number of the code cell that holds a text."""
    sources = page.locator(".jp-CodeCell .cm-content").all_inner_texts()
    return next(number for number, source in enumerate(sources) if text in source)


def test_the_notebook_runs_and_its_player_holds_the_recorded_clip(page: "Page", pack: Pack) -> None:
    assert page.locator(".jp-CodeCell .jp-OutputArea-output[data-mime-type*=error]").count() == 0
    heard = Lab(page, cell_with(page, '"Recorded": clip.waveform')).heard()
    assert len(heard) == 3
    recorded = pack.part("test")[0].waveform
    np.testing.assert_allclose(
        heard[0][: len(recorded)], recorded, atol=2 * STEP
    )  # beside rounding, two scales of 16 bits


def test_a_choice_changes_what_is_seen_and_heard(page: "Page", pack: Pack) -> None:
    lab = Lab(page, cell_with(page, "clip_lab(workspace)"))
    assert lab.cell.locator("iframe").count() == 0  # nothing is made before it is asked for
    Choice(0, "brass").set(lab)
    lab.cell.locator("iframe").wait_for()
    heard = lab.heard()
    recorded = pack.part("test")[0].waveform
    assert len(heard) == 3
    np.testing.assert_allclose(
        heard[0][: len(recorded)], recorded, atol=2 * STEP
    )  # beside rounding, two scales of 16 bits
    assert "brass_" in str(lab.frame().evaluate("() => document.querySelector('h1').textContent"))
    only = lab.change(Choice(2, "tuned"))
    assert len(only) == 1
    assert np.array_equal(only[0], heard[1])
    wait(
        lambda: lab.frame().evaluate("() => document.querySelectorAll('figure').length") == 1,
        what="one picture",
    )
