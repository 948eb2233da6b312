"""The lines under the player's pictures: what colours, heights and marks mean, and which keys there are.

Conventions
-----------
Levels are in dB re a full-scale sine, rates in Hz; the result is HTML without a name of any track. Parts with
the class ``of-pictures`` show where pictures do, ``hidden-part`` where names are hidden.

Source
------
Ours; the scales are those of `v2ra.player_pictures`.
"""

from v2ra.player_pictures import colour_stops


def legend(
    *,
    range_db: tuple[float, float],
    full_scale: float,
    sample_rate: int,
    n_tracks: int,
    n_events: int,
    lowered_db: float,
) -> str:
    """Return the legend as HTML.

    Parameters
    ----------
    range_db : tuple of float
        Levels of the darkest and the brightest colour of the spectrograms, in dB.
    full_scale : float
        Sample value at the edge of the waveforms.
    sample_rate : int
        In Hz.
    n_tracks, n_events : int
        How many tracks and event marks the page has.
    lowered_db : float
        Gain that all tracks have been given, at most 0 dB.

    Returns
    -------
    str
        Spans of text.

    Examples
    --------
    >>> kinds = {"range_db": (-80, 0), "full_scale": 1, "sample_rate": 8000, "n_events": 2, "lowered_db": 0}
    >>> "2 event times" in legend(**kinds, n_tracks=3), "switch" in legend(**kinds, n_tracks=1)
    (True, False)
    """
    low, high = range_db
    bar = f'<span class="bar" style="background:linear-gradient(to right,{colour_stops()})"></span>'
    keys = f"{_digits(n_tracks)} switch, " if n_tracks > 1 else ""
    parts = [
        f'<span class="of-pictures">Spectrograms: {_signed(low)} {bar} {_signed(high)} dB re a full-scale sine, '
        f"mel-spaced from 0 to {sample_rate / 2000:g} kHz. Waveforms: the edges are ±{full_scale:.2g}. "
        "Click a picture to seek, drag to loop a part. </span>",
        f'<span class="dash"></span>{n_events} event times. ' if n_events else "",
        '<span class="of-pictures">Match levels gives all tracks the same RMS; the gain is in dB. </span>'
        * (n_tracks > 1),
        '<span class="hidden-part">Names, pictures and gains appear on Reveal. </span>',
        f"All tracks are lowered by {-lowered_db:.1f} dB: the loudest would clip. " * bool(lowered_db),
        f'<span class="needs-script">Keys: {keys}space plays, [ and ] set the ends of the loop, Esc leaves it.</span>',
    ]
    return "".join(parts)


def _digits(n_tracks: int) -> str:
    if n_tracks < 10:
        return f"1–{n_tracks}"
    return "1–9 and 0" + ", the first ten of the tracks," * (n_tracks > 10)


def _signed(level_db: float) -> str:
    return f"{level_db:g}".replace("-", "−")
