"""A page that plays any number of tracks beside a video, on one clock, for the ear to compare.

Conventions
-----------
Tracks are waveforms ``(time,)`` in [−1, 1] at one ``sample_rate`` in Hz; times are in seconds. The page
is one HTML document that asks for nothing outside itself: the sound is 16-bit WAV inside it, the video
too. Long clips are linked instead, from a directory beside the page: where `link_directory` says so, and by
themselves in a notebook that is executed (`v2ra.player_files`). No level is changed: matching is a
gain that the page shows and switches off. JupyterLab, an exported notebook and a site show the same
document in a frame, sandboxed where nothing is linked.

Source
------
The paper shows its results as videos with sound and has listeners compare and rate them (Section 4.7).
Switching on one clock and hidden labels follow ITU-R BS.1534-3.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from v2ra.errors import InputError
from v2ra.player_files import Store, link_folder, save_text
from v2ra.player_page import Page
from v2ra.player_sound import (
    check_text,
    check_tracks,
    headroom_gain_db,
    matching_gains_db,
    pad_together,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Player:
    """One page; shows itself as the last expression of a notebook cell.

    Attributes
    ----------
    document : str
        The HTML document.
    height : int
        Pixels that its frame takes in a notebook.
    title : str
        Heading, may be empty.
    order : tuple of str
        Names of the tracks in the order of their buttons: the key of a blind comparison.
    linked_from : Path or None
        Directory that the page must lie in for its links to hold; None where everything is embedded.
    """

    document: str = field(repr=False)
    height: int = field(repr=False)
    title: str
    order: tuple[str, ...] = field(repr=False)
    linked_from: Path | None = field(default=None, repr=False)

    def _repr_html_(self) -> str:
        """Return a frame that holds the document; without trust a notebook shows the sentence."""
        # from disk a sandbox may load nothing that lies beside it
        sandbox = 'sandbox="allow-scripts allow-downloads" ' if self.linked_from is None else ""
        return (
            f'<iframe srcdoc="{html.escape(self.document)}" {sandbox}allow="autoplay" '
            f'title="{html.escape(self.title or "Sound player")}" '
            f'style="width:100%;height:{self.height}px;border:0">'
            "A sound player stands here: trust this notebook to show it.</iframe>"
        )

    def save(self, path: str | Path) -> Path:
        """Write the document and return its path; a failed write leaves nothing behind.

        Raises
        ------
        InputError
            Linked files would not be found from there.
        """
        path = Path(path)
        if self.linked_from is not None and path.parent.resolve() != self.linked_from:
            raise InputError(
                f"found {path} for a page with links; expected a path in {self.linked_from}, beside its files; "
                "save it there or make the player with another link_directory"
            )
        save_text(path, self.document)
        return path


def player(
    tracks: Mapping[str, ArrayLike],
    *,
    sample_rate: int,
    video: str | Path | None = None,
    title: str = "",
    event_times: Sequence[float] | None = None,
    blind: bool = False,
    seed: int = 0,
    level_match: bool = True,
    loop: bool = False,
    link_directory: str | Path | None = None,
    ratings: Sequence[str] | None = None,
) -> Player:
    """Make a page that plays the tracks on one clock, beside a muted video.

    Parameters
    ----------
    tracks : mapping of str to array (time,)
        Label to samples in [−1, 1]; beyond it, all are lowered alike. Shorter ones are followed by silence.
    sample_rate : int
        In Hz, 8,000 to 96,000.
    video : path, optional
        MP4 or WebM; its own sound is not played.
    title : str
        Heading.
    event_times : sequence of float, optional
        Seconds from the start, drawn as marks.
    blind : bool
        Letters in an order drawn from ``seed`` stand for the labels; a button shows names and pictures.
    level_match, loop : bool
        Start with all tracks at one RMS (see ``matching_gains_db``), with the loop on; buttons change it.
    link_directory : path, optional
        Write tracks (FLAC) and video there and link them; for long clips. The page belongs beside it and
        opens from disk and from a site, not inside a running JupyterLab. Without it short clips are embedded;
        beyond `v2ra.player_files.LINKED_BYTES` an executed notebook links them.
    ratings : sequence of str, optional
        What a listener may rate from 1 to 5 and download as CSV. Clarity, and beside a video synchrony, as in
        Section 4.7 of the paper; none for ``()``.

    Returns
    -------
    Player
        With ``document``, ``save(path)`` and the frame that a notebook shows.

    Raises
    ------
    InputError
        Tracks, title, event times or video that cannot be used.

    Examples
    --------
    >>> player({"Recorded": np.ones(9), "Generated": np.zeros(9)}, sample_rate=44_100, title="Hum")
    Player(title='Hum')
    """
    check_text(title, what="title", empty=True)
    waveforms = check_tracks(tracks, sample_rate=sample_rate)
    names, lowered_db = list(waveforms), headroom_gain_db(list(waveforms.values()))
    sounds = [track * 10 ** (lowered_db / 20) for track in waveforms.values()]
    gains_db = matching_gains_db(sounds)  # before silence is added, which is no sound to match
    sounds = pad_together(sounds)
    events = _check_events(event_times, n_seconds=len(sounds[0]) / sample_rate)
    order = np.random.default_rng(seed).permutation(len(names)) if blind else np.arange(len(names))
    sounds = [sounds[index] for index in order]
    ordered = tuple(names[index] for index in order)
    store = Store(Path(link_directory) if link_directory is not None else link_folder(sounds, video))
    video_address = store.video(Path(video)) if video is not None else ""
    addresses = [store.track(waveform, sample_rate=sample_rate) for waveform in sounds]
    page = Page(
        labels=tuple(map(_letter, range(len(order)))) if blind else ordered,
        names=ordered if blind else (),
        waveforms=tuple(sounds),
        gains_db=tuple(gains_db[index] for index in order),
        tracks=tuple(track for track, _ in addresses),
        scripts=tuple(script for _, script in addresses if script),
        video=video_address,
        sample_rate=int(sample_rate),
        title=title,
        event_times=events,
        level_match=level_match,
        loop=loop,
        lowered_db=lowered_db,
        ratings=_aspects(ratings, with_video=video is not None),
    )
    return Player(page.document(), page.height, title, ordered, store.linked_from)


def _aspects(ratings: Sequence[str] | None, *, with_video: bool) -> tuple[str, ...]:
    if ratings is None:
        return ("Clarity", "Synchrony")[: 1 + with_video]
    return tuple(check_text(aspect, what="rating") for aspect in ratings)


def _letter(index: int) -> str:
    return LETTERS[index % 26] + (str(index // 26) if index >= 26 else "")


def _check_events(event_times: Sequence[float] | None, *, n_seconds: float) -> tuple[float, ...]:
    times = np.asarray([] if event_times is None else event_times, dtype=np.float64)
    if times.ndim != 1 or not ((times >= 0) & (times <= n_seconds)).all():
        raise InputError(
            f"found event times {times.tolist()}; expected seconds from 0 to {n_seconds:g}, the end of the "
            "longest track; cut them to the clip"
        )
    return tuple(times.tolist())
