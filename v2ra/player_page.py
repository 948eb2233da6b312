"""The player's HTML document, put together from its parts.

Conventions
-----------
Positions on the page are percent of the duration, which is that of the longest track. Labels and titles
may hold any text: they enter the markup escaped, and the script as JSON in which no ``<`` is left.

Source
------
``player.html``, ``player.css`` and the scripts ``player_*.js`` beside this module.
"""

import base64
import html
import importlib.resources
import json
from dataclasses import dataclass
from functools import cached_property
from string import Template

import numpy as np

from v2ra.player_files import data_address
from v2ra.player_legend import legend
from v2ra.player_pictures import (
    Array,
    shared_range_db,
    spectrogram_db,
    spectrogram_png,
    time_ticks,
    waveform_path,
)
from v2ra.player_sound import Waveform

TALLEST = 900  # pixels of a frame: what a laptop shows at once
SCRIPTS = ("engine", "names", "ratings", "region", "page")  # in this order; the last one starts
TICKS_HZ = (500, 2_000, 5_000, 10_000)  # frequencies with a number on the spectrogram


@dataclass(frozen=True)
class Page:
    """What one page holds; tracks in the order of their buttons.

    Attributes
    ----------
    labels : tuple of str
        Text on the buttons: names, or letters in a blind comparison.
    names : tuple of str
        Names behind the letters; empty where nothing is hidden.
    waveforms : tuple of arrays (time,)
        Equally long, in [−1, 1].
    gains_db : tuple of float
        Gain of each track when levels are matched.
    tracks, scripts : tuple of str
        Addresses of the tracks' files: data addresses and no scripts, or linked files and their scripts.
    video : str
        Address of the video, empty without one.
    sample_rate : int
        In Hz.
    event_times : tuple of float
        In seconds.

    Examples
    --------
    >>> page = Page(("hum",), (), (np.zeros(800),), (0.0,), ("data:audio/wav;base64,",), (), "", 8000)
    >>> page.n_seconds, page.document().startswith("<!DOCTYPE html>")
    (0.1, True)
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    waveforms: tuple[Waveform, ...]
    gains_db: tuple[float, ...]
    tracks: tuple[str, ...]
    scripts: tuple[str, ...]
    video: str
    sample_rate: int
    title: str = ""
    event_times: tuple[float, ...] = ()
    level_match: bool = True
    loop: bool = False
    lowered_db: float = 0.0  # a gain that all tracks have been given already
    ratings: tuple[str, ...] = ()  # aspects to rate, each with its own slider

    @property
    def n_seconds(self) -> float:
        """Duration in seconds."""
        return len(self.waveforms[0]) / self.sample_rate

    @property
    def height(self) -> int:
        """Height in pixels that shows the page in a notebook; longer pages scroll in their frame."""
        n_tracks = len(self.labels)
        frame = 24 + 36 * bool(self.title) + 50 * bool(self.ratings)  # margins, heading, closed ratings
        pictures = 0 if self.names else 186 * n_tracks + 160  # figures, time line and legend of seven lines
        if not self.video:
            return min(frame + 110 + max(pictures, 110), TALLEST)
        return min(frame + max(pictures, 256 + 200 + 46 * n_tracks + 56 * bool(self.names)), TALLEST)

    def document(self) -> str:
        """Return the whole document, complete in itself unless files are linked."""
        classes = ["blind"] * bool(self.names) + ["no-video"] * (not self.video)
        return Template(_read("player.html")).substitute(
            page_title=html.escape(self.title or "Sound player"),
            style=_read("player.css"),
            body_class=" ".join(classes),
            heading=f"<h1>{html.escape(self.title)}</h1>" if self.title else "",
            video=self._video(),
            n_seconds=f"{self.n_seconds:.6g}",
            switches="\n".join(self._switch(index) for index in range(len(self.labels))),
            options=self._options(),
            ticks=self._ticks(),
            marks=self._marks(),
            tracks=self._figures(),
            ratings=self._ratings(),
            legend=self._legend(),
            data=self._data(),
            script="".join(_read(f"player_{name}.js") for name in SCRIPTS),
        )

    def _video(self) -> str:
        if not self.video:
            return ""
        source = html.escape(self.video)
        return f'<video src="{source}" muted playsinline controls preload="auto" aria-label="Video"></video>'

    def _switch(self, index: int) -> str:
        key = f'<kbd aria-hidden="true">{(index + 1) % 10}</kbd>' if index < 10 else ""
        name = f'<span class="name" data-name="{index}">{html.escape(self.labels[index])}</span>'
        return f'<button type="button" aria-pressed="false">{key}{name}{_gain(index)}</button>'

    def _options(self) -> str:
        options = ""
        if len(self.labels) > 1:
            options += '<button type="button" id="match" aria-pressed="false">Match levels</button>'
            options += '<button type="button" id="hide">Compare blind</button>'
        return options + '<button type="button" id="reveal">Reveal names</button>'

    def _ratings(self) -> str:
        if not self.ratings:
            return ""
        return (
            '<details id="ratings" class="needs-script"><summary>Rate the tracks</summary>'
            "<p>From 1, very bad, to 5, very good. A slider counts once it is moved or clicked. The file names "
            "a track only where its name is shown; nothing is sent or kept.</p>"
            '<div class="rows"></div><div class="row">'
            '<button type="button" id="download">Download CSV</button>'
            '<button type="button" id="clear">Clear ratings</button></div></details>'
        )

    def _ticks(self) -> str:
        *inner, last = time_ticks(self.n_seconds)
        near_end = " last" * (self.n_seconds - last < 0.03 * self.n_seconds)  # its number stands on the left
        ticks = [("", time, f"{time:g}") for time in inner] + [(near_end, last, f"{last:g} s")]
        return "".join(
            f'<div class="tick{place}" style="left:{self._percent(time)}"><span>{text}</span></div>'
            for place, time, text in ticks
        )

    def _marks(self) -> str:
        return "".join(
            f'<div class="mark" style="left:{self._percent(time)}"></div>' for time in self.event_times
        )

    def _percent(self, seconds: float) -> str:
        return f"{100 * seconds / self.n_seconds:.3f}%"

    @cached_property
    def _levels(self) -> list[Array]:
        return [spectrogram_db(waveform, sample_rate=self.sample_rate) for waveform in self.waveforms]

    def _figures(self) -> str:
        range_db = shared_range_db(self._levels)
        pictures = [
            data_address(spectrogram_png(level, range_db=range_db), "image/png") for level in self._levels
        ]
        return "\n".join(self._figure(index, picture) for index, picture in enumerate(pictures))

    def _figure(self, index: int, picture: str) -> str:
        label = html.escape(self.labels[index])
        cursor = f'{self._marks()}<div class="region"></div><div class="cursor"></div>'
        path = waveform_path(self.waveforms[index], full_scale=self._full_scale)
        drawing = f'<svg viewBox="0 -1 400 2" preserveAspectRatio="none"><path d="{path}"/></svg>'
        image = f'<img src="{picture}" alt="">{self._hertz()}'
        return (
            f'<figure><figcaption><span class="name" data-name="{index}">{label}</span>{_gain(index)}</figcaption>'
            f"{_plot('Waveform', label, drawing + cursor)}{_plot('Spectrogram', label, image + cursor)}"
            f'<audio controls preload="none" aria-label="{label}" src="{html.escape(self.tracks[index])}"></audio>'
            "</figure>"
        )

    @property
    def _full_scale(self) -> float:
        # one scale for all waveforms, with room for the raised levels: heights can be compared
        peaks = [
            float(np.abs(waveform).max()) * max(1.0, 10 ** (gain / 20))
            for waveform, gain in zip(self.waveforms, self.gains_db, strict=True)
        ]
        return max(peaks) or 1.0

    def _hertz(self) -> str:
        top = np.log1p(self.sample_rate / 2 / 700)
        shown = [hertz for hertz in TICKS_HZ if hertz < 0.45 * self.sample_rate]
        return "".join(
            f'<span class="hertz" style="bottom:{100 * np.log1p(hertz / 700) / top:.1f}%">{hertz / 1000:g} kHz</span>'
            for hertz in shown
        )

    def _legend(self) -> str:
        return legend(
            range_db=shared_range_db(self._levels),
            full_scale=self._full_scale,
            sample_rate=self.sample_rate,
            n_tracks=len(self.labels),
            n_events=len(self.event_times),
            lowered_db=self.lowered_db,
        )

    def _data(self) -> str:
        names = base64.b64encode(json.dumps(self.names).encode()).decode() if self.names else ""
        values = {
            "n_seconds": self.n_seconds,
            "sample_rate": self.sample_rate,
            "labels": self.labels,
            "names": names,
            "gains_db": [round(gain, 4) for gain in self.gains_db],
            "linked": self.scripts,
            "matched": self.level_match,
            "loop": self.loop,
            "title": self.title,
            "ratings": self.ratings,
        }
        return json.dumps(values).replace("<", "\\u003c")


def _plot(what: str, label: str, content: str) -> str:
    return (
        f'<div class="plot {what.lower()}" role="img" data-what="{what}" aria-label="{what} of {label}">'
        f"{content}</div>"
    )


def _gain(index: int) -> str:
    return f'<span class="gain" data-gain="{index}"></span>'


def _read(name: str) -> str:
    return importlib.resources.files("v2ra").joinpath(name).read_text(encoding="utf-8")
