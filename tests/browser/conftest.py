"""Chromium for the tests of the pages, without a network and with a profile of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from v2ra.player import Player

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from selenium.webdriver import Chrome

RATE, N_SECONDS = 44_100, 3
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1000,800",
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chrome]":
    """Yield a running Chromium, or skip with the name of what is missing."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium: install the dev group")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no Chromium with its driver: install chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Yield a browser without a network, or skip with the name of what is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dev group")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium: install chromium")
    flags = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@contextmanager
def serve_lab(folder: Path) -> Iterator[str]:
    """Yield the address of a JupyterLab that shares no settings, kernels or ports; its token is "listen"."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": root}
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.token=listen"]
    options += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, cwd=folder, env=os.environ | own, stdout=log, stderr=log)
    try:
        yield _server_address(server, folder)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _server_address(server: "subprocess.Popen[bytes]", folder: Path) -> str:
    """Return where the server listens, as it says in its runtime folder."""
    for _ in range(2400):
        for path in (folder / "runtime").glob("jpserver-*.json"):
            if (found := json.loads(path.read_text() or "{}")).get("port"):
                return f"http://127.0.0.1:{found['port']}/"
        assert server.poll() is None, (folder / "log").read_text()
        time.sleep(0.05)
    raise AssertionError(f"waited 120 s in vain for JupyterLab: {(folder / 'log').read_text()}")


def wait(condition: Callable[[], Any], *, what: str) -> Any:
    """Return what the condition gives as soon as it holds."""
    for _ in range(900):
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"waited 90 s in vain for: {what}")


def write_clip(path: Path) -> Path:
    """Write a synthetic video of N_SECONDS in which every frame has its own brightness."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for index in range(30 * N_SECONDS):
            frame = np.full((64, 64, 3), 2 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


class Tab:
    """One player in the browser."""

    def __init__(self, browser: "Chrome") -> None:
        self.browser = browser

    def show(self, shown: Player, path: Path) -> "Tab":
        self.browser.get(shown.save(path).as_uri())
        return self.ready()

    def ready(self) -> "Tab":
        wait(lambda: self.get("window.v2raPlayer && v2raPlayer.ready"), what="decoded tracks")
        return self

    def get(self, expression: str) -> Any:
        return self.browser.execute_script(f"return {expression}")

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    def press(self, keys: str) -> None:
        self.browser.find_element("css selector", "body").send_keys(keys)

    def text(self) -> str:
        return str(self.browser.find_element("css selector", "body").text)

    def wait_for(self, expression: str) -> Any:
        return wait(lambda: self.get(expression), what=expression)

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]


@pytest.fixture
def tab(browser: "Chrome") -> Iterator[Tab]:
    tab = Tab(browser)
    tab.complaints()
    yield tab
    browser.get("about:blank")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture(scope="session")
def tones() -> dict[str, np.ndarray]:
    """Return three tones; the last is a second shorter than the others."""

    def tone(level: float, hertz: float, n_seconds: int) -> np.ndarray:
        return level * np.sin(2 * np.pi * hertz * np.arange(n_seconds * RATE) / RATE)

    return {"Recorded": tone(0.4, 440, 3), "Dubbed": tone(0.1, 660, 3), "Elsewhere": tone(0.2, 550, 2)}
