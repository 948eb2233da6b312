"""Tests of the player's page without a browser: what it holds, what it hides, what it escapes."""

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra import player_files
from v2ra.errors import InputError
from v2ra.player import player
from v2ra.player_page import SCRIPTS

RATE = 8_000
Tracks = dict[str, np.ndarray]


class Reader(HTMLParser):
    """Collects tags with their attributes, the text of names and the JSON of the page."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.names: list[str] = []
        self.json = ""
        self.open = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open = dict(attrs).get("type") or dict(attrs).get("class") or tag
        if self.open == "name":
            self.names.append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open == "name":
            self.names[-1] += data
        if self.open == "application/json":
            self.json += data

    def sources(self, tag: str) -> list[str]:
        return [attributes["src"] or "" for name, attributes in self.tags if name == tag]

    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.tags]


def decoded(address: str) -> np.ndarray:
    content = base64.b64decode(address.removeprefix("data:audio/wav;base64,"), validate=True)
    return np.asarray(soundfile.read(io.BytesIO(content))[0])


@pytest.fixture
def tracks(rng: np.random.Generator) -> Tracks:
    return {name: rng.uniform(-0.5, 0.5, RATE) for name in ("Recorded", "Dubbed", "Elsewhere")}


def test_the_page_asks_for_nothing_outside_itself(tracks: Tracks) -> None:
    document = player(tracks, sample_rate=RATE, event_times=[0.2]).document
    assert not re.search(
        r"https?:|//[a-z]|url\(|@import", re.sub(r"base64,[^\"]*", "", document).replace("// ", "")
    )
    sources = [str(a["src"]) for _, a in Reader(document).tags if "src" in a]
    assert len(sources) == 6  # a sound and a spectrogram for each track
    assert all(source.startswith("data:") for source in sources)
    # an empty icon: without one a browser asks the host for its own
    assert [(tag, a["href"]) for tag, a in Reader(document).tags if "href" in a or tag == "link"] == [
        ("link", "data:,")
    ]


def test_the_sound_in_the_page_is_the_sound_that_was_given(tracks: Tracks) -> None:
    sources = Reader(player(tracks, sample_rate=RATE).document).sources("audio")
    for source, track in zip(sources, tracks.values(), strict=True):
        assert np.abs(decoded(source) - track).max() <= 0.5 / 32768  # rounding to 16 bits, no gain


def test_matching_is_a_gain_in_the_page_and_leaves_the_sound_alone() -> None:
    tone = np.sin(np.arange(RATE) / 3)
    page = Reader(player({"a": 0.5 * tone, "b": 0.05 * tone}, sample_rate=RATE).document)
    data = json.loads(page.json)
    assert data["matched"] is True
    assert data["gains_db"] == pytest.approx([0, 20], abs=1e-3)  # a tenth of the amplitude
    assert np.abs(decoded(page.sources("audio")[1])).max() == pytest.approx(0.05, abs=1 / 32768)
    assert (
        json.loads(Reader(player({"a": tone}, sample_rate=RATE, level_match=False).document).json)["matched"]
        is False
    )


def test_shorter_tracks_last_as_long_as_the_longest(rng: np.random.Generator) -> None:
    page = Reader(
        player({"a": rng.uniform(-1, 1, 300), "b": rng.uniform(-1, 1, 900)}, sample_rate=RATE).document
    )
    assert [len(decoded(source)) for source in page.sources("audio")] == [900, 900]
    assert not decoded(page.sources("audio")[0])[300:].any()


def test_every_track_has_plain_controls_for_pages_without_script(tracks: Tracks) -> None:
    page = Reader(player(tracks, sample_rate=RATE).document)
    audio = [attributes for tag, attributes in page.tags if tag == "audio"]
    assert [attributes["aria-label"] for attributes in audio] == list(tracks)
    assert all("controls" in attributes for attributes in audio)


def test_event_times_are_marked_at_their_place(tracks: Tracks) -> None:
    document = player(tracks, sample_rate=RATE, event_times=[0.25, 0.5]).document
    # on the time line, and on the waveform and the spectrogram of three tracks
    assert document.count('<div class="mark" style="left:25.000%">') == 7
    assert document.count('<div class="mark" style="left:50.000%">') == 7


def test_a_blind_page_says_no_name_before_the_button_is_pressed(tracks: Tracks) -> None:
    blind = player(tracks, sample_rate=RATE, blind=True, seed=5)
    for text in (blind.document, blind._repr_html_(), repr(blind)):
        assert not re.search("recorded|dubbed|elsewhere", text, re.IGNORECASE)
    page = Reader(blind.document)
    assert page.names == ["A", "B", "C"] * 2  # on the buttons and on the figures
    assert json.loads(base64.b64decode(json.loads(page.json)["names"])) == list(blind.order)


def test_a_blind_order_is_a_permutation_that_the_seed_fixes(tracks: Tracks) -> None:
    orders = [player(tracks, sample_rate=RATE, blind=True, seed=seed).order for seed in (0, 1, 2, 3, 0)]
    assert orders[0] == orders[-1]
    assert len(set(orders)) > 1
    assert all(sorted(order) == sorted(tracks) for order in orders)
    assert player(tracks, sample_rate=RATE).order == tuple(tracks)


def test_sound_and_gain_follow_the_blind_order(tracks: Tracks) -> None:
    tracks["Dubbed"] = tracks["Dubbed"] / 4
    blind = player(tracks, sample_rate=RATE, blind=True, seed=1)
    page = Reader(blind.document)
    for source, name in zip(page.sources("audio"), blind.order, strict=True):
        assert np.abs(decoded(source) - tracks[name]).max() <= 0.5 / 32768
    assert blind.order[int(np.argmax(json.loads(page.json)["gains_db"]))] == "Dubbed"


@settings(max_examples=40)
@given(
    st.text(min_size=1).filter(str.strip),
    st.sampled_from(["</script>", "<!--", '"><b>', "'", "&lt;", "${x}", ""]),
)
def test_no_label_or_title_breaks_out_of_the_markup(text: str, end: str) -> None:
    label = text + end
    page = Reader(player({label: np.zeros(50)}, sample_rate=RATE, title=label).document)
    plain = Reader(player({"plain": np.zeros(50)}, sample_rate=RATE, title="plain").document)
    assert page.shape() == plain.shape()
    assert page.names == [label, label]
    assert json.loads(page.json)["labels"] == [label]


def test_the_frame_of_a_notebook_holds_the_whole_document(tracks: Tracks) -> None:
    shown = player(tracks, sample_rate=RATE, title='5" of "wood" & <gravel>')
    ((tag, attributes),) = Reader(shown._repr_html_()).tags
    assert tag == "iframe"
    assert attributes["srcdoc"] == shown.document
    assert attributes["sandbox"] == "allow-scripts allow-downloads"  # the ratings are a download
    assert attributes["title"] == shown.title


def test_a_saved_page_is_the_document_and_leaves_no_other_file(tracks: Tracks, tmp_path: Path) -> None:
    shown = player(tracks, sample_rate=RATE)
    path = shown.save(tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == shown.document
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_a_video_is_embedded_as_it_is(tracks: Tracks, tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"any bytes")
    (source,) = Reader(player(tracks, sample_rate=RATE, video=video).document).sources("video")
    assert base64.b64decode(source.removeprefix("data:video/mp4;base64,")) == b"any bytes"


def test_linked_files_lie_beside_the_page_and_hold_the_sound(tracks: Tracks, tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"any bytes")
    linked = player(tracks, sample_rate=RATE, video=video, link_directory=tmp_path / "files")
    linked.save(tmp_path / "page.html")
    page = Reader(linked.document)
    for source, script, track in zip(
        page.sources("audio"), json.loads(page.json)["linked"], tracks.values(), strict=True
    ):
        sound, _ = soundfile.read(tmp_path / source)
        assert np.abs(sound - track).max() <= 0.5 / 32768
        text = re.search('= "(.*)";', (tmp_path / script).read_text())
        assert text
        assert base64.b64decode(text[1]) == (tmp_path / source).read_bytes()
    assert (tmp_path / page.sources("video")[0]).read_bytes() == b"any bytes"
    assert len(linked.document) < 300_000  # pictures and script, no sound


def test_only_a_long_player_of_an_executed_notebook_is_linked_by_itself(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_bytes = sum(2 * len(track) for track in tracks.values())
    monkeypatch.delenv(player_files.EXECUTED_IN, raising=False)
    monkeypatch.setattr(player_files, "LINKED_BYTES", n_bytes - 1)
    assert player(tracks, sample_rate=RATE).linked_from is None  # a running notebook
    monkeypatch.setenv(player_files.EXECUTED_IN, str(tmp_path))
    made = player(tracks, sample_rate=RATE)
    assert made.linked_from == tmp_path.resolve()
    assert "sandbox" not in made._repr_html_()  # which would load nothing from disk
    files = player_files.linked_files(made.document)
    assert {Path(file).suffix for file in files} == {".flac", ".js"}
    assert len(files) == 2 * len(tracks)
    assert all((tmp_path / file).is_file() for file in files)
    monkeypatch.setattr(player_files, "LINKED_BYTES", n_bytes)
    short = player(tracks, sample_rate=RATE)
    assert (short.linked_from, player_files.linked_files(short.document)) == (None, ())
    (tmp_path / "clip.mp4").write_bytes(b"any bytes")  # the video counts too
    assert player(tracks, sample_rate=RATE, video=tmp_path / "clip.mp4").linked_from == tmp_path.resolve()


def test_a_linked_page_is_not_saved_where_its_links_would_break(tracks: Tracks, tmp_path: Path) -> None:
    linked = player(tracks, sample_rate=RATE, link_directory=tmp_path / "files")
    with pytest.raises(InputError, match="beside its files"):
        linked.save(tmp_path / "elsewhere" / "page.html")
    assert not (tmp_path / "elsewhere").exists()


def test_names_do_not_show_in_the_files_of_a_blind_page(tracks: Tracks, tmp_path: Path) -> None:
    player(tracks, sample_rate=RATE, blind=True, link_directory=tmp_path / "files")
    names = [file.name for file in (tmp_path / "files").iterdir()]
    assert len(names) == 6
    assert all(re.fullmatch(r"[0-9a-f]{16}\.(flac|js)", name) for name in names)


@pytest.mark.parametrize("times", [[-0.1], [1.01], [np.nan], [[0.1]]])
def test_event_times_outside_the_clip_are_refused(tracks: Tracks, times: list[Any]) -> None:
    with pytest.raises(InputError, match="event times"):
        player(tracks, sample_rate=RATE, event_times=times)


@pytest.mark.parametrize(
    ("name", "message"), [("none.mp4", "missing or empty"), ("clip.avi", "expected .mp4")]
)
def test_a_video_that_cannot_be_shown_is_refused_before_anything_is_written(
    tracks: Tracks, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        player(tracks, sample_rate=RATE, video=tmp_path / name, link_directory=tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_would_be_too_large_names_the_way_out(
    tracks: Tracks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_files, "EMBEDDED_BYTES", 20_000)
    with pytest.raises(InputError, match="give link_directory"):
        player(tracks, sample_rate=RATE)


def test_more_tracks_than_letters_still_have_their_own_letter() -> None:
    many = {f"name {index}": np.zeros(10) for index in range(28)}
    page = Reader(player(many, sample_rate=RATE, blind=True).document)
    assert page.names[24:28] == ["Y", "Z", "A1", "B1"]
    assert len(set(page.names)) == 28


def test_scripts_and_styles_of_the_page_are_short() -> None:
    files = [*Path(player_files.__file__).parent.glob("player*.[!p]*")]
    assert len(files) == 2 + len(SCRIPTS)
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) > 250] == []


def test_ten_tracks_have_a_key_each_and_the_eleventh_says_that_it_has_none() -> None:
    document = player({f"name {index}": np.zeros(10) for index in range(11)}, sample_rate=RATE).document
    assert re.findall(r"<kbd[^>]*>(.)</kbd>", document) == list("1234567890")
    assert "1–9 and 0, the first ten of the tracks, switch" in document
    assert "Keys: 1–3 switch" in player({c: np.zeros(10) for c in "abc"}, sample_rate=RATE).document


def test_what_is_rated_is_clarity_and_beside_a_video_synchrony(tmp_path: Path, tracks: Tracks) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"any bytes")

    def aspects(**options: Any) -> list[str]:
        page = Reader(player(tracks, sample_rate=RATE, **options).document)
        assert bool(aspects_of(page)) == any(a.get("id") == "ratings" for _, a in page.tags)
        return aspects_of(page)

    def aspects_of(page: Reader) -> list[str]:
        return list(json.loads(page.json)["ratings"])

    assert aspects() == ["Clarity"]
    assert aspects(video=video) == ["Clarity", "Synchrony"]
    assert aspects(ratings=["Noise"]) == ["Noise"]
    assert aspects(ratings=()) == []
    with pytest.raises(InputError, match="found the rating ''"):
        aspects(ratings=[""])


def test_the_height_grows_with_the_tracks_and_stays_on_a_screen() -> None:
    heights = [player({str(i): np.zeros(10) for i in range(n)}, sample_rate=RATE).height for n in (1, 2, 20)]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    assert heights[-1] <= 900
