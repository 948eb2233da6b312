"""The two optimization schemes on files, and on the sound of `v2ra generate`.

Conventions
-----------
A sound keeps its length and rate. Several channels become one, their mean, as everywhere in V2RA; a note says
so, and another says by how much the peak level changes. A recording is named by its file, by a folder from
which one is drawn, or as ``foley:CATEGORY`` for an embedded synthetic one.

Source
------
Section 3.3: audio de-noising and peak-match.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from v2ra.clips import probe_clip
from v2ra.denoising import block_threshold, estimate_noise_std
from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES, check_category
from v2ra.peak_match import peak_match
from v2ra.scheme_settings import Denoising, PeakMatching
from v2ra.sound import read_waveform
from v2ra.sound_effects import EMBEDDED, choose_recording, embedded_recording, read_recording
from v2ra.timing import PAPER
from v2ra.waveforms import FORMATS, Waveform, write_waveform
from v2ra.writing import make_folder

Scheme = Literal["none", "denoise", "peak-match"]
CHANGE_DB = 0.1  # a smaller change of the peak level is not worth a note

Figures = dict[str, float | str | None]


class Enhanced(NamedTuple):
    """A sound, what is worth knowing of how it was made, and lines for the user."""

    waveform: Waveform
    figures: Figures
    notes: list[str]


@dataclass(frozen=True)
class Enhancement:
    """What is done to a sound, checked before it is made.

    Attributes
    ----------
    scheme : {"none", "denoise", "peak-match"}
    denoising : Denoising
        How block thresholding learns of the noise, and its blocks.
    peak_match : PeakMatching
        What Algorithm 1 leaves open, the recording included.

    Examples
    --------
    >>> Enhancement("denoise").of(np.zeros(800, np.float32), sample_rate=8000).waveform.shape
    (800,)
    """

    scheme: Scheme = "none"
    denoising: Denoising = field(default_factory=Denoising)
    peak_match: PeakMatching = field(default_factory=PeakMatching)

    def __post_init__(self) -> None:
        """Refuse what cannot be done, before anything is loaded."""
        if self.scheme not in get_args(Scheme):
            raise InputError(
                f"found enhancement {self.scheme!r}; expected one of {', '.join(get_args(Scheme))}"
            )
        recording = self.peak_match.recording
        if self.scheme == "denoise":
            _ = self.denoising.options
        elif self.scheme == "peak-match" and recording.startswith(EMBEDDED):
            check_category(recording.removeprefix(EMBEDDED))
        elif self.scheme == "peak-match" and recording:
            choose_recording(recording, seed=self.peak_match.seed)

    def of(self, waveform: Waveform, *, sample_rate: int, category: str | None = None) -> Enhanced:
        """Enhance a sound.

        Parameters
        ----------
        waveform : float (time,)
            In [−1, 1].
        sample_rate : int
            In Hz.
        category : str, optional
            Of the embedded recording, where no other is named.

        Returns
        -------
        Enhanced
            Of the same length.

        Raises
        ------
        InputError
            If the sound or the recording cannot be used.
        """
        if self.scheme == "none":
            return Enhanced(waveform, {}, [])
        make = self._denoised if self.scheme == "denoise" else self._matched
        found = make(waveform, sample_rate, category)
        return found._replace(notes=[*found.notes, *_peak_notes(waveform, found.waveform)])

    def _denoised(self, waveform: Waveform, sample_rate: int, _: str | None) -> Enhanced:
        options = self.denoising.options
        noise_std, share = options["noise_std"], options["quiet_share"]
        if noise_std is None:
            noise_std = estimate_noise_std(waveform, sample_rate=sample_rate, quiet_share=share)
        cleaned = block_threshold(waveform, sample_rate=sample_rate, **options)
        return Enhanced(cleaned, {"noise_std": noise_std}, [])

    def _matched(self, waveform: Waveform, sample_rate: int, category: str | None) -> Enhanced:
        problems: list[str] = []
        name, recording = self._recording(sample_rate, category, problems)
        found = peak_match(waveform, recording, sample_rate=sample_rate, **self.peak_match.options)
        figures: Figures = {
            "mode": self.peak_match.mode,
            "recording": name,
            "n_grains": len(found.positions),
        }
        return Enhanced(
            found.waveform,
            figures,
            [f"note: the recording is {name}", *(f"note: {line}" for line in problems)],
        )

    def _recording(self, sample_rate: int, category: str | None, problems: list[str]) -> tuple[str, Waveform]:
        named, seed = self.peak_match.recording, self.peak_match.seed
        if not named and category not in CATEGORIES:
            raise InputError(
                f"found no embedded recording of {category!r}; expected one of {', '.join(CATEGORIES)}; "
                "name a recording"
            )
        if not named or named.startswith(EMBEDDED):
            of = named.removeprefix(EMBEDDED) or str(category)
            sound = embedded_recording(of, seed=seed, sample_rate=sample_rate)
            return f"an embedded synthetic one of {of}, seed {seed}", sound
        file = choose_recording(named, seed=seed)
        n_channels = probe_clip(file).n_channels or 1
        recording = read_recording(file, sample_rate=sample_rate, problems=problems)
        if n_channels > 1:
            problems.append(f"{file} has {n_channels} channels; their mean is used")
        return str(file), recording


UNCHANGED = Enhancement()
"""Leaves a sound as it is."""


def enhance_file(source: Path, out: Path, enhancement: Enhancement) -> Enhanced:
    """Enhance the sound of a file and write it; parents of the output are made.

    Parameters
    ----------
    source : Path
        Sound file, or video with sound.
    out : Path
        Ends in ``.wav`` or ``.flac``.
    enhancement : Enhancement
        What is done.

    Returns
    -------
    Enhanced
        What was written, at the rate of the source.

    Raises
    ------
    InputError
        If the source or recording cannot be used, or the output not be written; nothing is left then.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_waveform(folder / "in.wav", np.zeros(800), sample_rate=8000)
    >>> enhance_file(folder / "in.wav", folder / "out.wav", Enhancement("denoise")).figures["sample_rate"]
    8000
    """
    if out.suffix.lower() not in FORMATS:
        raise InputError(f"found output {out.name}; expected a name that ends in {', '.join(FORMATS)}")
    info = probe_clip(source)
    sample_rate = info.sample_rate or PAPER.sample_rate  # a file without sound is refused by the next line
    problems: list[str] = []
    waveform = read_waveform(source, sample_rate=sample_rate, problems=problems)
    notes = [f"note: {source}: {line}" for line in problems]
    if (info.n_channels or 1) > 1:
        notes.append(f"note: {source} has {info.n_channels} channels; their mean is used")
    found = enhancement.of(waveform, sample_rate=sample_rate)
    make_folder(out.parent)
    write_waveform(out, found.waveform, sample_rate=sample_rate)
    figures = {"n_seconds": len(waveform) / sample_rate, "sample_rate": sample_rate, **found.figures}
    return Enhanced(found.waveform, figures, notes + found.notes)


def _peak_notes(before: Waveform, after: Waveform) -> list[str]:
    """Say where the peak level changes."""
    was, now = _peak_db(before), _peak_db(after)
    if abs(now - was) < CHANGE_DB:
        return []
    return [f"note: the peak level {'rises' if now > was else 'falls'} from {was:.1f} to {now:.1f} dB"]


def _peak_db(waveform: Waveform) -> float:
    return float(20 * np.log10(max(np.abs(waveform).max(), 1e-6)))  # −120 dB stands for silence
