"""Which sound track of a file is read, and what it says of itself.

Conventions
-----------
Rates in Hz, as the header gives them: nothing is decoded.

Source
------
Ours: the first sound track counts, as players have it.
"""

import os
from typing import NamedTuple

from av.audio.stream import AudioStream
from av.container import InputContainer

from v2ra.errors import InputError
from v2ra.media import find_audio_stream, open_media


class SoundFormat(NamedTuple):
    """Rate in Hz and number of channels of a file's first sound track."""

    sample_rate: int
    n_channels: int


def sound_format(path: str | os.PathLike[str]) -> SoundFormat:
    """Return rate and channels of a file's sound.

    Raises
    ------
    InputError
        If the file cannot be read or has no sound.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from v2ra.waveforms import write_waveform
    >>> path = Path(tempfile.mkdtemp()) / "a.wav"
    >>> write_waveform(path, np.zeros(3), sample_rate=48000)
    >>> sound_format(path)
    SoundFormat(sample_rate=48000, n_channels=1)
    """
    with open_media(path) as container:
        stream = sound_stream(container, path)
        return SoundFormat(stream.codec_context.sample_rate, stream.codec_context.layout.nb_channels)


def sound_stream(container: InputContainer, path: str | os.PathLike[str]) -> AudioStream:
    """Return the first sound track, or raise where there is none."""
    stream = find_audio_stream(container)
    if stream is None:
        raise InputError(f"{path} has no sound; expected a sound track; give a file with sound")
    return stream
