"""Tests of the player's sound and video in Chromium: one clock, no gaps, positions that hold."""

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from v2ra.player import player

if TYPE_CHECKING:
    from tests.browser.conftest import Tab

    Tracks = dict[str, np.ndarray]

pytestmark = pytest.mark.browser

RATE, N_SECONDS = 44_100, 3
FRAME_RATE, N_WATCHED = 30, 60
# at each frame that is presented: all frames so far, those dropped, the frame's own time, the clock of the sound
WATCH = """(() => {
  const video = document.querySelector("video");
  window.watched = [];
  const watch = (now, frame) => {
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    window.watched.push([totalVideoFrames, droppedVideoFrames, frame.mediaTime, v2raPlayer.currentTime]);
    video.requestVideoFrameCallback(watch);
  };
  video.requestVideoFrameCallback(watch);
})()"""

# two tones mixed off line by the page's own graph, which switches from the first to the second
RENDER = """
const done = arguments[arguments.length - 1], at = arguments[0], engine = v2raPlayer.engine;
engine.setMatched(false);
const context = new OfflineAudioContext(1, 44100, 44100);
const graph = engine.buildGraph(context);
graph.tracks.forEach((track) => track.source.start(0, 0));
fade(graph.tracks[0].choice, 0, at);
fade(graph.tracks[1].choice, 1, at);
context.startRendering().then((sound) => {
  const bytes = new Uint8Array(sound.getChannelData(0).buffer);
  done(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
});
"""


@pytest.fixture
def shown(tab: "Tab", clip: Path, tmp_path: Path, tones: "Tracks") -> "Tab":
    made = player(tones, sample_rate=RATE, video=clip, title="Tones", event_times=[1.0], loop=True)
    return tab.show(made, tmp_path / "page.html")


def test_all_tracks_decode_to_the_samples_that_were_given(shown: "Tab", tones: "Tracks") -> None:
    assert (
        shown.get("v2raPlayer.engine.buffers.map((b) => [b.length, b.sampleRate])")
        == [[N_SECONDS * RATE, RATE]] * 3
    )
    some = np.array(shown.get("[...v2raPlayer.engine.buffers[1].getChannelData(0).slice(1000, 1100)]"))
    # half a step of rounding; and this browser divides positive samples by 32,767, negative ones by 32,768
    assert np.abs(some - tones["Dubbed"][1000:1100]).max() < 1 / 32768
    assert shown.complaints() == []


def test_a_switch_changes_what_is_heard_and_not_the_clock(shown: "Tab") -> None:
    shown.click("#play")
    shown.wait_for("v2raPlayer.playing && v2raPlayer.currentTime > 0.1")
    assert shown.get("v2raPlayer.gains") == [1, 0, 0]
    run = shown.get("[v2raPlayer.engine.run.startedAt, v2raPlayer.engine.run.offset]")
    shown.press("2")
    shown.wait_for("v2raPlayer.gains[1] > 0.999 && v2raPlayer.gains[0] < 0.001")
    assert shown.get("v2raPlayer.currentTrack") == 1
    assert shown.get("[v2raPlayer.engine.run.startedAt, v2raPlayer.engine.run.offset]") == run
    assert shown.get("v2raPlayer.playing") is True
    assert shown.complaints() == []


def test_a_switch_has_no_gap_and_is_aligned_to_the_sample(shown: "Tab", tones: "Tracks") -> None:
    text = shown.browser.execute_async_script(RENDER, 0.5)
    sound = np.frombuffer(base64.b64decode(text), np.float32)
    seconds = np.arange(RATE) / RATE
    share = np.where(seconds < 0.5, 0, 1 - np.exp(-(seconds - 0.5) / 0.003))  # of the second track
    expected = (1 - share) * tones["Recorded"][:RATE] + share * tones["Dubbed"][:RATE]
    # 16-bit rounding of both tracks, and the engine's float32 gains
    assert np.abs(sound - expected).max() < 2 / 32768
    assert share[int(0.51 * RATE)] > 0.95


def test_frames_are_shown_rather_than_dropped_and_each_at_its_time(shown: "Tab") -> None:
    shown.click("#play")
    shown.wait_for("document.querySelector('video').currentTime > 0.5")  # settled
    assert shown.get("document.querySelector('video').muted") is True
    shown.get(WATCH)
    shown.wait_for(f"window.watched.length >= {N_WATCHED}")
    seen = shown.get("window.watched")
    (shown_before, dropped_before), (n_decoded, n_dropped) = seen[0][:2], seen[-1][:2]
    decoded, dropped = n_decoded - shown_before, n_dropped - dropped_before
    assert decoded >= N_WATCHED - 1  # the browser counts: dropped ones are among them
    # a page that moves its video at every frame drops nearly all; a busy machine drops some
    assert dropped / decoded < 0.5
    late = [abs(media - clock) for _, _, media, clock in seen]
    late = [min(seconds, N_SECONDS - seconds) for seconds in late]  # a loop may wrap one clock just before
    assert np.median(late) <= 3 / FRAME_RATE


def test_pause_holds_the_position_and_the_video(shown: "Tab") -> None:
    shown.press(" ")
    shown.wait_for("v2raPlayer.currentTime > 0.2")
    shown.press(" ")
    shown.wait_for("!v2raPlayer.playing && document.querySelector('video').paused")
    held = shown.get("v2raPlayer.currentTime")
    time.sleep(0.3)
    assert shown.get("v2raPlayer.currentTime") == held
    shown.wait_for(f"Math.abs(document.querySelector('video').currentTime - {held}) < 0.05")


@pytest.mark.parametrize("selector", [".spectrogram", ".waveform", "#timeline"])
def test_a_click_on_a_picture_seeks(shown: "Tab", selector: str) -> None:
    shown.click(selector)  # in the middle
    assert shown.get("v2raPlayer.currentTime") == pytest.approx(
        N_SECONDS / 2, abs=0.02
    )  # half a pixel is 3 ms
    shown.wait_for(f"Math.abs(document.querySelector('video').currentTime - {N_SECONDS / 2}) < 0.05")
    cursor = "document.querySelector('.spectrogram .cursor').getBoundingClientRect()"
    box = "document.querySelector('.spectrogram').getBoundingClientRect()"
    assert shown.get(f"({cursor}.x + 1 - {box}.x) / {box}.width") == pytest.approx(0.5, abs=0.01)


def test_a_seek_while_playing_goes_on_from_there(shown: "Tab") -> None:
    shown.press(" ")
    shown.wait_for("v2raPlayer.playing")
    shown.get("v2raPlayer.seek(2.0)")
    assert shown.get("v2raPlayer.playing") is True
    assert 2.0 <= shown.get("v2raPlayer.currentTime") < 2.9
    shown.wait_for("v2raPlayer.currentTime > 2.1")


def test_sound_stops_at_the_end_and_starts_again_from_the_beginning(
    tab: "Tab", tmp_path: Path, tones: "Tracks"
) -> None:
    tab.show(player(tones, sample_rate=RATE), tmp_path / "page.html")
    tab.get("v2raPlayer.seek(2.8)")
    tab.press(" ")
    tab.wait_for("v2raPlayer.playing")
    tab.wait_for("!v2raPlayer.playing")
    assert tab.get("v2raPlayer.currentTime") == N_SECONDS
    tab.press(" ")
    tab.wait_for("v2raPlayer.playing && v2raPlayer.currentTime < 2")


def test_a_loop_goes_round_and_can_be_left(shown: "Tab") -> None:
    shown.get("v2raPlayer.seek(2.8)")
    shown.press(" ")
    shown.wait_for("v2raPlayer.playing && v2raPlayer.currentTime < 1")
    shown.click("#loop")
    assert shown.get("v2raPlayer.engine.loop") is False
    assert shown.get("v2raPlayer.currentTime") < N_SECONDS
    shown.wait_for("!v2raPlayer.playing")
    assert shown.get("v2raPlayer.currentTime") == N_SECONDS


def test_matched_levels_are_heard_shown_and_switched_off(shown: "Tab") -> None:
    gains = ".switches button:nth-child(2) .gain"
    # 0.4 and 0.1 are 12.04 dB apart
    assert shown.get("v2raPlayer.levels") == pytest.approx([1, 4, 2], abs=0.01)
    assert shown.browser.find_element("css selector", gains).text == "+12.0 dB"
    shown.click("#match")
    assert shown.get("v2raPlayer.levels") == [1, 1, 1]
    assert shown.browser.find_element("css selector", gains).text == "0.0 dB"
