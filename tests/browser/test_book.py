"""The built book in Chromium: no dead link, no request to elsewhere, no complaint; its players play."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
import pytest

from v2ra import player_files
from v2ra.player import player

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response

pytest.importorskip("sphinx_book_theme", reason="no sphinx-book-theme: install from requirements.lock")
pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent.parent
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"
FRAMES = "() => [...document.querySelectorAll('iframe')].map((frame) => frame.src)"
# what a player links: sound for its plain controls, video, and the scripts that bring sound
LINKED = """() => [
  ...[...document.querySelectorAll("audio, video")].map((media) => media.src),
  ...JSON.parse(document.getElementById("v2ra-data").textContent).linked.map((file) => new URL(file, location).href),
].filter((address) => !/^(data|blob):/.test(address))"""
IDS = "() => [...document.querySelectorAll('[id]')].map((element) => element.id)"

# of a table on the front page: heads; name, left and right edge of the cells of its first row; how it stands
STACKED = """(name) => {
  const table = document.querySelector(`table.${name}`);
  const cells = [...table.querySelector("tbody tr").cells];
  return [
    [...table.querySelectorAll("th")].map((head) => head.textContent),
    cells.map((cell) => {
      const box = cell.getBoundingClientRect();
      return [getComputedStyle(cell, "::before").content, box.left, box.right];
    }),
    [table.scrollWidth, table.clientWidth, ...cells.slice(0, 2).map((cell) => cell.getBoundingClientRect().top)],
  ];
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A host that says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Watch:
    """What a page asks for and complains about."""

    def __init__(self, page: "Page") -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self.answered)
        page.on("console", self.said)

    def answered(self, answer: "Response") -> None:
        """Keep an answer that is an error."""
        if answer.status >= 400:
            self.complaints.append(answer.url)

    def said(self, line: "ConsoleMessage") -> None:
        """Keep an error or a warning of the console."""
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, clip: Path, tones: dict[str, np.ndarray]) -> Path:
    """Return the folder of a book of one notebook: an equation, a player with a video, one that is linked."""
    folder = tmp_path_factory.mktemp("book")
    v4: Any = nbformat.v4  # calls itself typed and is not
    made = player(tones, sample_rate=44_100, video=clip, title="Tones")
    shown = v4.new_output("display_data", data={"text/html": made._repr_html_(), "text/plain": "Player"})
    path = folder / "runs" / "smoke" / "notebooks" / "00_tour.ipynb"
    path.parent.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:  # as while the notebook is executed
        patch.setenv(player_files.EXECUTED_IN, str(path.parent))
        patch.setattr(player_files, "LINKED_BYTES", 1000)
        linked = player(tones, sample_rate=44_100, video=clip, title="Long tones")
    assert linked.linked_from == path.parent.resolve()
    files = v4.new_output("display_data", data={"text/html": linked._repr_html_(), "text/plain": "Player"})
    text = "# 00 — A tour\n\nThe encoder makes $V_t$ of [notes](../PAPER_NOTES.md).\n\n## Sound"
    cells = [v4.new_markdown_cell(text), v4.new_code_cell("player(tracks)", outputs=[shown])]
    cells.append(v4.new_code_cell("player(tracks)", outputs=[files]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)  # type: ignore[no-untyped-call]
    (path.parent.parent / "tables").mkdir()
    shutil.copy(ROOT / "tables" / "scorecard.md", path.parent.parent / "tables")
    options = ["--profile", "smoke", "--runs", str(folder / "runs"), "--out", str(folder / "pages")]
    subprocess.run([sys.executable, "site/build.py", *options], cwd=ROOT, check=True, capture_output=True)
    return folder / "pages"


@pytest.fixture(scope="module")
def host(book: Path) -> Iterator[str]:
    """Yield the address of a plain host of files on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """Yield a page that keeps what it asked for and complained about."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    yield page
    page.close()


def test_a_crawl_finds_no_dead_link_no_foreign_request_and_no_complaint(
    page: "Page", host: str, book: Path
) -> None:
    watch = Watch(page)
    waiting = [f"{host}index.html"]
    links: set[str] = set()
    linked: set[str] = set()
    ids: dict[str, set[str]] = {}
    while waiting:
        address = waiting.pop()
        page.goto(address)
        ids[address] = set(page.evaluate(IDS))
        found = {link for link in page.evaluate(LINKS) if link.startswith(host)}
        links |= found
        plain = {link.partition("#")[0].partition("?")[0] for link in found}
        plain |= set(page.evaluate(FRAMES))
        waiting += [link for link in plain if link.endswith(".html") and link not in {*ids, *waiting}]
        if "/players/" in address:
            linked |= set(page.evaluate(LINKED))
    files = {link.partition("#")[0].partition("?")[0].removeprefix(host) for link in links | linked}
    assert sorted(Path(file).suffix for file in linked) == [*3 * [".flac"], *3 * [".js"], ".mp4"]
    assert [file for file in files if not (book / (file or "index.html")).is_file()] == []
    anchors = [link.split("#") for link in links if link.partition("#")[2] and ".html#" in link]
    assert [place for place in anchors if place[1] not in ids[place[0]]] == []
    assert {f"{host}notebooks/00_tour.html", f"{host}PAPER_NOTES.html", f"{host}downloads.html"} <= set(ids)
    assert [address for address in watch.asked if not address.startswith((host, "data:", "blob:"))] == []
    assert watch.complaints == []


@pytest.mark.parametrize("number", [0, 1], ids=["embedded", "linked"])
@pytest.mark.parametrize("from_disk", [False, True], ids=["host", "disk"])
def test_a_player_in_the_book_plays_and_switches(
    page: "Page", host: str, book: Path, from_disk: bool, number: int
) -> None:
    page.goto(f"{book.as_uri() if from_disk else host.rstrip('/')}/notebooks/00_tour.html")
    place = page.locator("iframe").nth(number)
    place.scroll_into_view_if_needed()
    element = place.element_handle()
    frame = element.content_frame() if element else None
    assert frame is not None
    frame.wait_for_function("() => window.v2raPlayer && v2raPlayer.ready")
    assert frame.evaluate("() => v2raPlayer.engine.data.linked.length") == 3 * number
    frame.click("#play")
    frame.wait_for_function("() => v2raPlayer.currentTime > 0.2")
    frame.press("body", "2")
    frame.wait_for_function("() => v2raPlayer.gains[1] > 0.999 && v2raPlayer.gains[0] < 0.001")
    frame.wait_for_function("() => document.querySelector('video').currentTime > 0.2")


def test_the_search_finds_a_word_of_a_notebook(page: "Page", host: str) -> None:
    page.goto(f"{host}search.html?q=encoder")
    page.wait_for_selector("#search-results a")
    found = page.locator("#search-results a").evaluate_all("all => all.map((link) => link.href)")
    assert any("00_tour.html" in link for link in found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_their_width_and_follow_light_and_dark(
    page: "Page", host: str, tmp_path: Path, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme=scheme)
    for name in ("index.html", "notebooks/00_tour.html", "PAPER_NOTES.html", "downloads.html"):
        page.goto(host + name)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name
        page.screenshot(path=tmp_path / f"{Path(name).stem}.png")
    bright = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(bright[:3]) < 200) == (scheme == "dark")
    page.goto(f"{host}notebooks/00_tour.html")
    page.locator("iframe").first.scroll_into_view_if_needed()
    frame = page.frame_locator("iframe").first
    frame.locator("body").wait_for()
    back = frame.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert back == ("rgb(20, 24, 30)" if scheme == "dark" else "rgb(255, 255, 255)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_front_tables_are_blocks_on_a_phone_and_tables_on_a_desk(
    page: "Page", host: str, tmp_path: Path, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{host}index.html")
    page.locator("#scorecard").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "scorecard.png")
    for name in ("scorecard", "map"):
        heads, cells, (scrolled, room, first, second) = page.evaluate(STACKED, name)
        assert len(heads) == 7
        if width < 600:
            assert [shown for shown, _, _ in cells] == ["none", *(f'"{head}"' for head in heads[1:])]
            assert all(0 <= left < right <= width for _, left, right in cells)
            assert scrolled <= room
            assert second > first
        else:
            assert {shown for shown, _, _ in cells} == {"none"}
            assert second == first
