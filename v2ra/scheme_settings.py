"""Sections of the configuration for what is done to a generated sound afterwards: de-noising and peak-match.

They change no model: `v2ra.checkpoint` leaves them out of what makes two runs the same.

Conventions
-----------
Levels are RMS or peak with full scale at 1, times in seconds.

Source
------
Section 3.3; Algorithm 1, whose ``interval`` is `PeakMatching.grain_seconds`. PAPER_NOTES, 40 to 45.
"""

from dataclasses import dataclass
from typing import Any, Literal

from v2ra.errors import InputError

Mode = Literal["literal", "corrected"]
Level = Literal["peak", "rms", "full_scale", "none"]
Blocks = Literal[
    "by_risk", "8x16", "8x8", "8x4", "8x2", "8x1", "4x16", "4x8", "4x4", "4x2", "4x1",
    "2x16", "2x8", "2x4", "2x2", "2x1",
]  # fmt: skip


@dataclass(frozen=True)
class Denoising:
    """How block thresholding learns of the noise, and which blocks it takes."""

    noise: Literal["measured", "given"] = "measured"  # [44] is told the level of white noise
    noise_std: float = 0.0  # RMS of white noise, for noise = "given"; 0 leaves a sound as it is
    quiet_share: float = 0.2  # of the windows, the quietest: noise is measured in them
    blocks: Blocks = "by_risk"  # or one shape for all macroblocks: frames by bins

    @property
    def options(self) -> dict[str, Any]:
        """Return the keywords of `v2ra.denoising.block_threshold`.

        Raises
        ------
        InputError
            Where a level stands beside noise that is to be measured.

        Examples
        --------
        >>> Denoising(blocks="8x1").options
        {'noise_std': None, 'shape': (8, 1), 'quiet_share': 0.2}
        """
        if self.noise == "measured" and self.noise_std:
            raise InputError(
                f'found denoising.noise_std = {self.noise_std:g} with denoising.noise = "measured"; '
                'expected one or the other; set denoising.noise = "given", or leave the level out'
            )
        frames, _, bins = self.blocks.partition("x")
        return {
            "noise_std": self.noise_std if self.noise == "given" else None,
            "shape": (int(frames), int(bins)) if bins else None,
            "quiet_share": self.quiet_share,
        }


@dataclass(frozen=True)
class PeakMatching:
    """What Algorithm 1 leaves open."""

    mode: Mode = "literal"  # as printed, or mended; notebooks 07 and 13 show both
    grain_seconds: float = (
        0.3  # 95 % of contacts are 0.33 s or more apart; most events are 20 dB down by then
    )
    min_height: float = 0.1  # line 4
    level: Level = "peak"  # line 12, "normalize": to the peak or RMS of the sound, to 1, or as it comes
    recording: str = ""  # file, folder or foley:CATEGORY; empty: an embedded one of the clip's category
    seed: int = 0  # which file of a folder, or which embedded one; notebooks count on from it, clip by clip

    @property
    def options(self) -> dict[str, Any]:
        """Return the keywords of `v2ra.peak_match.peak_match`.

        Examples
        --------
        >>> PeakMatching(level="rms").options
        {'mode': 'literal', 'grain_seconds': 0.3, 'min_height': 0.1, 'level': 'rms'}
        """
        return {name: getattr(self, name) for name in ("mode", "grain_seconds", "min_height", "level")}


DENOISING, PEAK_MATCHING = Denoising(), PeakMatching()
"""The defaults."""
