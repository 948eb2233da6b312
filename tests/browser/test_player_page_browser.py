"""Tests of the player's page in Chromium: names, links, widths, frames and pages without script."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbconvert
import nbformat
import numpy as np
import pytest

from v2ra.player import player

if TYPE_CHECKING:
    from tests.browser.conftest import Tab

    Tracks = dict[str, np.ndarray]

pytestmark = pytest.mark.browser

RATE, N_SECONDS = 44_100, 3


def test_a_blind_page_shows_letters_until_names_are_revealed(
    tab: "Tab", clip: Path, tmp_path: Path, tones: "Tracks"
) -> None:
    blind = player(tones, sample_rate=RATE, video=clip, blind=True, seed=2)
    tab.show(blind, tmp_path / "page.html")
    assert tab.get("v2raPlayer.labels") == ["A", "B", "C"]
    assert not any(name in tab.text() for name in tones)
    assert "dB" not in tab.text()
    assert not tab.browser.find_element("css selector", ".spectrogram").is_displayed()
    tab.click("#reveal")
    assert tab.get("v2raPlayer.labels") == list(blind.order)
    assert f"A = {blind.order[0]}" in tab.text()
    assert tab.browser.find_element("css selector", ".spectrogram").is_displayed()


def test_odd_labels_are_shown_as_text(tab: "Tab", tmp_path: Path, tones: "Tracks") -> None:
    label = "\"><script>window.broken = 1</script> 'né' <b>&amp;"
    tab.show(player({label: tones["Dubbed"]}, sample_rate=RATE, title=label), tmp_path / "page.html")
    assert tab.text().count(label) == 3  # heading, button, figure
    assert tab.get("window.broken === undefined") is True


def test_tracks_that_are_linked_play_from_disk(
    tab: "Tab", clip: Path, tmp_path: Path, tones: "Tracks"
) -> None:
    made = player(tones, sample_rate=RATE, video=clip, link_directory=tmp_path / "files")
    tab.show(made, tmp_path / "page.html")
    assert tab.get("v2raPlayer.engine.buffers.map((b) => b.length)") == [N_SECONDS * RATE] * 3
    tab.wait_for("document.querySelector('video').readyState > 1")
    assert tab.complaints() == []


def test_a_linked_track_that_is_missing_brings_the_plain_controls_back(
    tab: "Tab", tmp_path: Path, tones: "Tracks"
) -> None:
    made = player(tones, sample_rate=RATE, link_directory=tmp_path / "files")
    for script in (tmp_path / "files").glob("*.js"):
        script.unlink()
    tab.browser.get(made.save(tmp_path / "page.html").as_uri())
    tab.wait_for("v2raPlayer.failure")
    assert "does not lie beside this page" in tab.text()
    assert tab.browser.find_element("css selector", "audio").is_displayed()
    assert not tab.browser.find_element("css selector", "#play").is_displayed()


def test_without_script_each_track_has_plain_controls(tab: "Tab", tmp_path: Path, tones: "Tracks") -> None:
    path = player(tones, sample_rate=RATE).save(tmp_path / "page.html")
    tab.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        tab.browser.get(path.as_uri())
        shown = [element.is_displayed() for element in tab.browser.find_elements("css selector", "audio")]
        play = tab.browser.find_element("css selector", "#play").is_displayed()
    finally:
        tab.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert shown == [True] * 3
    assert play is False


@pytest.mark.parametrize("width", [360, 1000])
def test_the_page_fits_its_width(tab: "Tab", clip: Path, tmp_path: Path, width: int, tones: "Tracks") -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    tab.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    long = {"A rather long name of a system (tuned, seed 3)": tones["Recorded"], **tones}
    try:
        tab.show(player(long, sample_rate=RATE, video=clip, title="Tones"), tmp_path / "page.html")
        assert tab.get("document.documentElement.scrollWidth") <= width
        assert tab.get("document.querySelector('figure').getBoundingClientRect().width") > 0.6 * width
    finally:
        tab.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_player_works_in_an_exported_notebook_without_a_network(
    tab: "Tab", clip: Path, tmp_path: Path, tones: "Tracks"
) -> None:
    made = player(tones, sample_rate=RATE, video=clip, title="In a notebook")
    data = {"text/html": made._repr_html_(), "text/plain": repr(made)}
    v4: Any = nbformat.v4  # these packages call themselves typed and are not
    exporter: Any = nbconvert.HTMLExporter
    output = v4.new_output("execute_result", data=data, execution_count=1)
    cell = v4.new_code_cell("player(…)", outputs=[output], execution_count=1)
    page, _ = exporter().from_notebook_node(v4.new_notebook(cells=[cell]))
    (tmp_path / "notebook.html").write_text(page, encoding="utf-8")
    tab.browser.get((tmp_path / "notebook.html").as_uri())
    tab.browser.switch_to.frame(tab.browser.find_element("css selector", "iframe"))
    tab.ready()
    tab.click("#play")
    tab.wait_for("v2raPlayer.currentTime > 0.2")
    tab.click(".switches button:nth-child(2)")
    tab.wait_for("v2raPlayer.gains[1] > 0.999")
    tab.wait_for("document.querySelector('video').currentTime > 0.2")
    # the exporter's own page asks for its scripts in vain; the player asks for nothing
    assert [line for line in tab.complaints() if "ERR_NAME_NOT_RESOLVED" not in line] == []
