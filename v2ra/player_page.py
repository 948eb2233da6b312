"""The player's HTML document, put together from its parts.

Conventions
-----------
Positions on the page are percent of the duration, which is that of the longest track. Labels and titles
may hold any text: they enter the markup escaped, and the script as JSON in which no ``<`` is left.

Source
------
``player.html``, ``player.css``, ``player_engine.js`` and ``player_page.js`` beside this module.
"""

import base64
import html
import importlib.resources
import json
from dataclasses import dataclass
from functools import cached_property
from string import Template

import numpy as np

from v2ra.player_pictures import (
    Array,
    colour_stops,
    shared_range_db,
    spectrogram_db,
    spectrogram_png,
    time_ticks,
    waveform_path,
)
from v2ra.player_sound import Waveform

TALLEST = 860  # pixels of a frame: what a laptop shows at once
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

    @property
    def n_seconds(self) -> float:
        """Duration in seconds."""
        return len(self.waveforms[0]) / self.sample_rate

    @property
    def height(self) -> int:
        """Height in pixels that shows the page in a notebook; longer pages scroll in their frame."""
        n_tracks = len(self.labels)
        frame = 24 + 36 * bool(self.title)  # margins and heading
        pictures = 0 if self.names else 186 * n_tracks + 120  # figures, time line and legend
        if not self.video:
            return min(frame + 110 + max(pictures, 110), TALLEST)
        return min(frame + max(pictures, 256 + 150 + 46 * n_tracks + 56 * bool(self.names)), TALLEST)

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
            legend=self._legend(),
            data=self._data(),
            script=_read("player_engine.js") + _read("player_page.js"),
        )

    def _video(self) -> str:
        if not self.video:
            return ""
        source = html.escape(self.video)
        return f'<video src="{source}" muted playsinline controls preload="auto" aria-label="Video"></video>'

    def _switch(self, index: int) -> str:
        key = f'<kbd aria-hidden="true">{index + 1}</kbd>' if index < 9 else ""
        name = f'<span class="name" data-name="{index}">{html.escape(self.labels[index])}</span>'
        return f'<button type="button" aria-pressed="false">{key}{name}{_gain(index)}</button>'

    def _options(self) -> str:
        options = ""
        if len(self.labels) > 1:
            options += '<button type="button" id="match" aria-pressed="false">Match levels</button>'
        if self.names:
            options += '<button type="button" id="reveal">Reveal names</button>'
        return options

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
        cursor = f'{self._marks()}<div class="cursor"></div>'
        path = waveform_path(self.waveforms[index], full_scale=self._full_scale)
        drawing = f'<svg viewBox="0 -1 400 2" preserveAspectRatio="none"><path d="{path}"/></svg>'
        image = f'<img src="{picture}" alt="">{self._hertz()}'
        return (
            f'<figure><figcaption><span class="name" data-name="{index}">{label}</span>{_gain(index)}</figcaption>'
            f'<div class="plot waveform" role="img" aria-label="Waveform of {label}">{drawing}{cursor}</div>'
            f'<div class="plot spectrogram" role="img" aria-label="Spectrogram of {label}">{image}{cursor}</div>'
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
        low, high = shared_range_db(self._levels)
        bar = f'<span class="bar" style="background:linear-gradient(to right,{colour_stops()})"></span>'
        keys = f"1–{min(9, len(self.labels))} switch, space plays" if len(self.labels) > 1 else "space plays"
        parts = [
            f'<span class="of-pictures">Spectrograms: {_signed(low)} {bar} {_signed(high)} dB re a full-scale sine, '
            f"mel-spaced from 0 to {self.sample_rate / 2000:g} kHz. "
            f"Waveforms: the edges are ±{self._full_scale:.2g}. Click a picture to seek. </span>",
            f'<span class="dash"></span>{len(self.event_times)} event times. ' if self.event_times else "",
            '<span class="of-pictures">Match levels gives all tracks the same RMS; the gain is in dB. </span>'
            if len(self.labels) > 1
            else "",
            '<span class="hidden-part">Names, pictures and gains appear on Reveal. </span>'
            * bool(self.names),
            f"All tracks are lowered by {-self.lowered_db:.1f} dB: the loudest would clip. "
            * bool(self.lowered_db),
            f'<span class="needs-script">Keys: {keys}.</span>',
        ]
        return "".join(parts)

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
        }
        return json.dumps(values).replace("<", "\\u003c")


def _signed(level_db: float) -> str:
    return f"{level_db:g}".replace("-", "−")


def _gain(index: int) -> str:
    return f'<span class="gain" data-gain="{index}"></span>'


def data_address(content: bytes, media_type: str) -> str:
    """Return an address that holds the content itself.

    Examples
    --------
    >>> data_address(b"v2ra", "text/plain")
    'data:text/plain;base64,djJyYQ=='
    """
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _read(name: str) -> str:
    return importlib.resources.files("v2ra").joinpath(name).read_text(encoding="utf-8")
