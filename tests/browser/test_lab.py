"""Sliders in a running JupyterLab: what is set is what the page plays, sample by sample."""

import base64
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser.conftest import serve_lab
from v2ra.denoising import block_threshold, estimate_noise_std
from v2ra.enhancement_lab import FACTORS, GRAINS
from v2ra.peak_match import peak_match

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = pytest.mark.browser

RATE = 8000
STEP = 1 / 32768  # half a step of 16 bits, and as much for the browser's own scale
# The notebook and this module make the same sounds by the same lines.
SOUNDS = """
import numpy as np

def hits(*seconds, hertz=900):
    sound = np.zeros(8000)
    for time in seconds:
        since = np.arange(8000 - round(time * 8000)) / 8000
        sound[round(time * 8000) :] += 0.5 * np.sin(2 * np.pi * hertz * since) * np.exp(-since / 0.15)
    return sound

noisy = hits(0.2, 0.6) + 0.02 * np.random.default_rng(0).standard_normal(8000)
recordings = {"low": hits(0.1, 0.5, hertz=300), "high": hits(0.3, hertz=2000)}
"""
CELLS = (
    SOUNDS + "from v2ra.enhancement_lab import denoising_lab, peak_match_lab\n",
    "denoising_lab(noisy, sample_rate=8000)",
    "peak_match_lab(hits(0.2, 0.6), recordings, sample_rate=8000)",
)
# Before the kernel is there, running asks which one is wanted.
RUN = """async () => {
  await jupyterapp.shell.currentWidget.sessionContext.ready;
  await jupyterapp.commands.execute("notebook:run-all-cells");
}"""
HEARD = """() => v2raPlayer.engine.buffers.map((buffer) => {
  const bytes = new Uint8Array(buffer.getChannelData(0).buffer);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
})"""


@pytest.fixture(scope="module")
def sounds() -> dict[str, Any]:
    """Return what the first cell makes."""
    made: dict[str, Any] = {}
    exec(SOUNDS, made)
    return made


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of the notebook in a JupyterLab of its own: no settings, kernels or ports are shared."""
    folder = tmp_path_factory.mktemp("lab")
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": str(number), "source": cell} for number, cell in enumerate(CELLS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "sliders.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with serve_lab(folder) as host:
        yield f"{host}lab/tree/sliders.ipynb?token=listen"


@pytest.fixture(scope="module")
def page(chromium: "Browser", address: str, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Page]":
    """Yield the notebook with every cell run; a picture of it is left at the end."""
    page = chromium.new_page(viewport={"width": 1100, "height": 2200})
    page.set_default_timeout(120_000)  # where other tests take the processors
    page.goto(address)
    page.wait_for_selector(".jp-CodeCell")
    page.evaluate(RUN)
    page.wait_for_selector(".jp-CodeCell >> nth=2 >> iframe")
    yield page
    page.screenshot(path=tmp_path_factory.mktemp("shown") / "sliders.png")


class Lab:
    """The controls of one cell and the player under them."""

    def __init__(self, page: "Page", cell: int) -> None:
        self.page = page
        self.cell = page.locator(".jp-CodeCell").nth(cell)

    def frame(self) -> "Frame":
        """Return the player that the page shows now, when it has decoded its tracks."""
        for _ in range(1200):
            frame = self.cell.locator("iframe").element_handle().content_frame()
            if frame and frame.evaluate("() => Boolean(window.v2raPlayer && v2raPlayer.ready)"):
                return frame
            time.sleep(0.05)
        raise AssertionError("waited 60 s in vain for decoded tracks")

    def heard(self) -> list[NDArray[np.float32]]:
        """Return the samples of each track that the page would play."""
        return [np.frombuffer(base64.b64decode(track), np.float32) for track in self.frame().evaluate(HEARD)]

    def change(self, control: "Slide | Choice") -> list[NDArray[np.float32]]:
        """Change a control, wait until the player is another one, and return what it holds."""
        before = self.cell.locator("iframe").get_attribute("srcdoc")
        control.set(self)
        for _ in range(1200):
            if self.cell.locator("iframe").get_attribute("srcdoc") != before:
                return self.heard()
            time.sleep(0.05)
        raise AssertionError(f"waited 60 s in vain for another player after {control}")


class Slide:
    """One step of a slider to the right, by its key."""

    def __init__(self, number: int) -> None:
        self.number = number

    def set(self, lab: Lab) -> None:
        lab.cell.locator(".noUi-handle").nth(self.number).press("ArrowRight")


class Choice:
    """Another word of a drop-down list."""

    def __init__(self, number: int, label: str) -> None:
        self.number, self.label = number, label

    def set(self, lab: Lab) -> None:
        lab.cell.locator("select").nth(self.number).select_option(label=self.label)


def test_a_slider_of_denoising_changes_what_is_heard(page: "Page", sounds: dict[str, Any]) -> None:
    lab, noisy = Lab(page, 1), sounds["noisy"]
    level = estimate_noise_std(noisy, sample_rate=RATE)

    def expected(factor: float) -> list[NDArray[np.float32]]:
        after = block_threshold(noisy, sample_rate=RATE, noise_std=factor * level)
        return [noisy, after, noisy - after]

    first, second = FACTORS.index(1.0), FACTORS.index(1.0) + 1
    before = lab.heard()
    np.testing.assert_allclose(before, expected(FACTORS[first]), atol=STEP)
    after = lab.change(Slide(0))
    np.testing.assert_allclose(after, expected(FACTORS[second]), atol=STEP)
    assert np.array_equal(before[0], after[0])
    assert np.abs(before[1] - after[1]).max() > 100 * STEP
    wide = lab.change(Choice(0, "2 × 16"))
    assert np.abs(wide[1] - after[1]).max() > 100 * STEP


def test_interval_and_recording_of_peak_match_change_what_is_heard(
    page: "Page", sounds: dict[str, Any]
) -> None:
    lab, generated = Lab(page, 2), sounds["hits"](0.2, 0.6)

    def expected(recording: str, grain_seconds: float) -> list[NDArray[np.float32]]:
        source = sounds["recordings"][recording]
        options: dict[str, Any] = {"mode": "corrected", "grain_seconds": grain_seconds}
        return [generated, peak_match(generated, source, sample_rate=RATE, **options).waveform]

    lab.change(Choice(0, "corrected"))
    before = lab.heard()
    np.testing.assert_allclose(before, expected("low", 0.3), atol=STEP)
    longer = lab.change(Slide(0))
    np.testing.assert_allclose(longer, expected("low", GRAINS[GRAINS.index(0.3) + 1]), atol=STEP)
    assert np.abs(longer[1] - before[1]).max() > 100 * STEP
    other = lab.change(Choice(1, "high"))
    np.testing.assert_allclose(other, expected("high", GRAINS[GRAINS.index(0.3) + 1]), atol=STEP)
    assert np.abs(other[1] - longer[1]).max() > 0.1
    assert np.array_equal(other[0], before[0])
