"""Rates and durations: the only place where the numbers of Section 3.1 meet.

Conventions
-----------
Rates are in Hz, durations in seconds, sizes in samples, frames or pixels. One *vector* is one fc6
feature vector; a second of video holds ``vectors_per_second`` of them, each followed by the same
number of zeros, so that a second of features is as long as a second of sound.

Source
------
Section 3.1: m = Δt · SR_video, n = Δt · SR_audio, p = Floor[SR_audio / 4096],
q = Floor[SR_video / p], zero padding "in equal intervals".
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Rates of one setting, and every length that follows from them.

    Attributes
    ----------
    sample_rate : int
        SR_audio in Hz.
    frame_rate : int
        SR_video in frames a second.
    feature_size : int
        Length of one fc6 vector.
    frame_size : int
        Height and width of a frame in pixels.

    Examples
    --------
    >>> PAPER.vectors_per_second, PAPER.frame_step, PAPER.padding_per_second, PAPER.padding_per_vector
    (10, 3, 3140, 314)
    """

    sample_rate: int = 44_100
    frame_rate: int = 30
    feature_size: int = 4096
    frame_size: int = 256

    def __post_init__(self) -> None:
        """Refuse rates from which no whole encoding follows."""
        if min(self.sample_rate, self.frame_rate, self.feature_size, self.frame_size) < 1:
            raise ValueError(f"found {self}; expected positive sizes and rates; check the configuration")
        if not 1 <= self.vectors_per_second <= self.frame_rate:
            raise ValueError(
                f"found {self.vectors_per_second} vectors a second at {self.frame_rate} frames a second; "
                "expected at least one frame a vector; change sample_rate, frame_rate or feature_size"
            )
        if self.padding_per_second % self.vectors_per_second:
            raise ValueError(
                f"found {self.padding_per_second} zeros for {self.vectors_per_second} vectors; "
                "expected equal intervals; change sample_rate or feature_size"
            )

    @property
    def vectors_per_second(self) -> int:
        """Feature vectors in a second: p of Eq. 3."""
        return self.sample_rate // self.feature_size

    @property
    def frame_step(self) -> int:
        """Frames from one used frame to the next: q of Eq. 3."""
        return self.frame_rate // self.vectors_per_second

    @property
    def padding_per_second(self) -> int:
        """Zeros that a second of features needs to reach a second of samples."""
        return self.sample_rate - self.vectors_per_second * self.feature_size

    @property
    def padding_per_vector(self) -> int:
        """Zeros behind each vector."""
        return self.padding_per_second // self.vectors_per_second

    @property
    def samples_per_vector(self) -> int:
        """Samples of sound that one vector with its zeros covers."""
        return self.feature_size + self.padding_per_vector

    def n_frames(self, n_seconds: float) -> int:
        """Frames in a duration: m = Δt · SR_video, rounded."""
        return round(n_seconds * self.frame_rate)

    def n_samples(self, n_seconds: float) -> int:
        """Return the samples in a duration: n = Δt · SR_audio, rounded."""
        return round(n_seconds * self.sample_rate)

    def n_vectors(self, n_seconds: float) -> int:
        """Feature vectors that cover a duration; the last may reach past its end."""
        return -(-self.n_samples(n_seconds) // self.samples_per_vector)


PAPER = Timing()
