"""Which clips of a collection are clean enough to train on: every threshold of the rule, with its reason.

Conventions
-----------
Shares are in [0, 1], levels in dB. The rule is for collections (Greatest Hits, VEGAS, VAS), of which most clips
are noisy or mixed; clips that somebody has put into a plain folder are picked already, and all of them count.

Source
------
Section 4.1: "We randomly chose clean videos (with less background noise) from each category", "we filtered out
videos with background music or videos with voice overs", "we chose about 10-30 videos for each". The paper
picked by ear; the rule and its numbers are ours (PAPER_NOTES.md).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clean:
    """The rule, in the order in which a clip meets it.

    Examples
    --------
    >>> Clean().max_clips
    30
    """

    apply: bool = True  # False: every clip of a collection
    min_contacts: int = 5  # Greatest Hits: fewer say little about timing; its shortest recording has 8
    min_material_share: float = 0.5  # of the contacts with a known material; the purest come first
    max_unknown_share: float = 0.5  # of all contacts; no recording of gravel has less than 0.25
    min_snr_db: float = 15.0  # loud part over floor; noise alone has 0.5, 19 real clips at hand 4 to 71
    max_tone_share: float = (
        0.5  # of the time with held tones (music, hum, voice-over); chords under hits: 0.6
    )
    max_clips: int = 30  # a category, at random by the split's seed; 0 is no limit
