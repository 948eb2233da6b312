"""Where the player's sound and video lie: inside the page, or in files beside it.

Conventions
-----------
Waveforms are ``(time,)`` in [−1, 1], rates in Hz, sizes in bytes. A linked file has the name of its content,
which says nothing of the label and never collides. Sound is 16-bit: WAV in the page, FLAC beside it. While a
notebook is executed (`v2ra.execution`), what would take more than `LINKED_BYTES` in a page goes to files beside
the executed notebook; in a running one it stays in the page, because JupyterLab would not find the files.

Source
------
Ours: a page opened from disk may load a script but no file, hence the script beside each FLAC.
"""

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from v2ra.errors import InputError
from v2ra.player_sound import Waveform, encode_track
from v2ra.writing import written_whole

VIDEO_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm"}  # what browsers play
EMBEDDED_BYTES = 64 * 2**20  # sound and video that one page may hold
LINKED_BYTES = 8 * 2**20  # 16-bit sound and video; ten tracks of 8 s still fit, a minute of two does not
EXECUTED_IN = "V2RA_EXECUTED_IN"  # variable that tells a kernel where its executed notebook will lie
LINKED_FOLDER = "linked"
LINK = re.compile(r'"([^"/]+/[0-9a-f]{16}\.(?:flac|js|mp4|m4v|webm))"')


class Store:
    """Turns sound and video into addresses: data in the page, or files in a directory.

    Parameters
    ----------
    directory : Path or None
        Where linked files go; None embeds everything.

    Examples
    --------
    >>> import numpy as np
    >>> Store(None).track(np.zeros(9), sample_rate=8000)[0][:20]
    'data:audio/wav;base6'
    """

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self.linked_from = directory.resolve().parent if directory else None
        self.n_bytes = 0

    def track(self, waveform: Waveform, *, sample_rate: int) -> tuple[str, str]:
        """Return the address of a track and of the script that brings it; no script where it is embedded."""
        if self.directory is None:
            content = encode_track(waveform, sample_rate=sample_rate, file_format="WAV")
            return self._embed(content, "audio/wav"), ""
        content = encode_track(waveform, sample_rate=sample_rate, file_format="FLAC")
        stem = _stem(content)
        text = base64.b64encode(content).decode()
        script = f'(window.v2raLinked ||= {{}})["{stem}.js"] = "{text}";\n'
        return _link(self.directory, content, f"{stem}.flac"), _link(
            self.directory, script.encode(), f"{stem}.js"
        )

    def video(self, path: Path) -> str:
        """Return the address of a video; raise `InputError` where browsers would not play it."""
        if path.suffix.lower() not in VIDEO_TYPES:
            raise InputError(
                f"found the video {path.name}; expected .mp4 or .webm, which browsers play; convert it"
            )
        if not path.is_file() or not path.stat().st_size:
            raise InputError(f"the video {path} is missing or empty; expected a video file; check the path")
        content = path.read_bytes()
        if self.directory is None:
            return self._embed(content, VIDEO_TYPES[path.suffix.lower()])
        return _link(self.directory, content, _stem(content) + path.suffix.lower())

    def _embed(self, content: bytes, media_type: str) -> str:
        self.n_bytes += len(content)
        if self.n_bytes > EMBEDDED_BYTES:
            raise InputError(
                f"found {self.n_bytes / 2**20:.0f} MiB of sound and video; expected at most "
                f"{EMBEDDED_BYTES // 2**20} MiB in one page; give link_directory"
            )
        return data_address(content, media_type)


def link_folder(waveforms: Sequence[Waveform], video: str | Path | None) -> Path | None:
    """Return where tracks and video go that are too long for a page of an executed notebook; None for the page.

    Examples
    --------
    >>> import numpy as np
    >>> link_folder([np.zeros(LINKED_BYTES)], None) is None  # no notebook is executed
    True
    """
    executed_in = os.environ.get(EXECUTED_IN)
    n_bytes = sum(2 * len(waveform) for waveform in waveforms)
    if video is not None and Path(video).is_file():
        n_bytes += Path(video).stat().st_size
    return Path(executed_in) / LINKED_FOLDER if executed_in and n_bytes > LINKED_BYTES else None


def linked_files(document: str) -> tuple[str, ...]:
    """Return the files that a page links, relative to it.

    Examples
    --------
    >>> linked_files('<video src="linked/0123456789abcdef.mp4" muted>')
    ('linked/0123456789abcdef.mp4',)
    """
    return tuple(dict.fromkeys(LINK.findall(document)))


def data_address(content: bytes, media_type: str) -> str:
    """Return an address that holds the content itself.

    Examples
    --------
    >>> data_address(b"v2ra", "text/plain")
    'data:text/plain;base64,djJyYQ=='
    """
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _link(directory: Path, content: bytes, name: str) -> str:
    save_bytes(directory / name, content)
    return f"{directory.resolve().name}/{name}"


def _stem(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]  # says nothing of the label, and never collides by name


def save_text(path: Path, text: str) -> None:
    """Write a text whole, and the folder that it goes to."""
    save_bytes(path, text.encode("utf-8"))


def save_bytes(path: Path, content: bytes) -> None:
    """Write bytes whole, and the folder that they go to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as part:
        part.write_bytes(content)
