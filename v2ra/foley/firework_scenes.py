"""Firework: a rocket climbs the night sky, bursts and lights up the scene.

Conventions
-----------
`make_firework` draws what stands still and returns a Scene. Light is added to the picture: what glows is
drawn on black, spread by a blur and summed. Positions in pixels, times in seconds.

Source
------
The project's own; sparks slow down by drag and sink by gravity in closed form.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import SIZE, Field, Image, Points, disc, discs, fixed, stroke
from v2ra.foley.distractors import Layer, blinking_lamp
from v2ra.foley.motion import Beats, Floats, smoothstep
from v2ra.foley.night import night_view
from v2ra.foley.stage import Scene

CLIMB_SECONDS = 0.85
LIFE_SECONDS = 1.3
DRAG = 4.5  # 1/s: a spark covers most of its way in the first 0.3 s
SINK = 34.0  # pixels per s²
HUES = (
    (255, 70, 60),
    (255, 190, 70),
    (110, 255, 120),
    (90, 170, 255),
    (255, 110, 230),
    (255, 236, 190),
    (170, 110, 255),
    (90, 250, 240),
)
COARSE = 4  # the glow is computed on a grid this many times as coarse


@dataclass(frozen=True)
class Burst:
    """One shell.

    Attributes
    ----------
    place, launch : ndarray (2,)
        Where it bursts and where its rocket starts, pixels.
    velocities : ndarray (n_sparks, 2)
        Way of each spark without gravity, pixels.
    colours : (ndarray, ndarray)
        Colours of its sparks, half of them each.
    trail : float
        Seconds that a spark's trail reaches back.

    Examples
    --------
    See `draw_burst`.
    """

    place: Points
    launch: Points
    velocities: Points
    colours: tuple[Points, Points]
    trail: float

    def sparks(self, delay: float) -> Points:
        """Places (n_sparks, 2) of the sparks `delay` seconds after the burst."""
        since = max(delay, 0.0)
        spread: Points = self.place + self.velocities * (1 - np.exp(-DRAG * since))
        spread[:, 1] += 0.5 * SINK * since**2
        return spread

    def rocket(self, delay: float) -> Points:
        """Place (2,) of the rocket, `delay` seconds after (before, if negative) the burst."""
        share = np.clip(1 + delay / CLIMB_SECONDS, 0, 1)
        climbed: Points = self.launch + (self.place - self.launch) * (1 - (1 - share) ** 1.7)
        return climbed


def draw_burst(strength: float, place: Points, rng: np.random.Generator) -> Burst:
    """Draw a shell: round, ring, willow or two-coloured, larger the stronger it is.

    Examples
    --------
    >>> burst = draw_burst(1.0, np.array([128.0, 80.0]), np.random.default_rng(0))
    >>> burst.rocket(0.0).tolist(), burst.sparks(0.0).std(axis=0).tolist()
    ([128.0, 80.0], [0.0, 0.0])
    """
    n_sparks, kind = int(50 + 70 * strength), rng.integers(4)
    directions = rng.standard_normal((n_sparks, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    if kind == 1:  # a ring seen from the side
        turn = rng.uniform(0, 2 * np.pi, n_sparks)
        directions = np.stack([np.cos(turn), 0.5 * np.sin(turn) + 0.3 * np.cos(turn), 0 * turn], axis=1)
    reach = (44 + 56 * strength) * rng.uniform(0.82, 1.08, (n_sparks, 1))
    first, second = (np.array(HUES[k], dtype=float) for k in rng.choice(len(HUES), 2, replace=False))
    if kind == 2:
        first = second = np.array([255.0, 206.0, 110.0])
    launch = np.array([place[0] + rng.uniform(-46, 46), 246.0])
    return Burst(place, launch, directions[:, :2] * reach, (first, second), trail=0.22 if kind == 2 else 0.09)


def make_firework(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of fireworks over a city, hills or water.

    Parameters
    ----------
    beats : Beats
        Events and frame times.
    rng : Generator
        Source of chance.

    Returns
    -------
    Scene
        To be drawn frame by frame.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> make_firework(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    view = night_view(beats.times, rng=rng)
    heights = rng.uniform(62, 112, len(beats.starts))
    sides = rng.uniform(74, 182, len(beats.starts))
    bursts = [
        draw_burst(float(strength), np.array([x, y]), rng)
        for strength, x, y in zip(beats.strengths, sides, heights, strict=True)
    ]
    lamp = blinking_lamp(
        beats.times, rng=rng, place=(rng.uniform(16, 240), view.horizon - rng.uniform(4, 20))
    )
    show = Show(beats, tuple(bursts), view.lit)
    layers: tuple[Layer, ...] = (view.stars, lamp, show, view.water)
    return Scene(view.background, layers, make_camera(beats, rng=rng, kick=0.8))


@dataclass(frozen=True)
class Show:
    """All shells of a clip; call it with an image and a frame number.

    Attributes
    ----------
    beats : Beats
        Events and frame times.
    bursts : tuple of Burst
        One an event.
    lit : ndarray uint8 (256, 256, 3)
        What a white flash of strength 1 adds to the scene.

    Examples
    --------
    See `make_firework`.
    """

    beats: Beats
    bursts: tuple[Burst, ...]
    lit: Image

    def __call__(self, image: Image, index: int) -> None:
        """Add rockets, sparks and their light at frame `index`, in place."""
        recent = self.beats.recent(index, seconds=LIFE_SECONDS, lead=CLIMB_SECONDS)
        if not recent:
            return
        glowing = np.zeros_like(image)
        halo = np.zeros((SIZE // COARSE, SIZE // COARSE, 3), dtype=np.float32)
        flash = np.zeros(3)
        for event, delay in recent:
            burst, strength = self.bursts[event], float(self.beats.strengths[event])
            if delay < 0:
                _draw_rocket(glowing, burst, delay)
            else:
                _draw_sparks(glowing, burst, delay)
                flash += _add_flash(halo, burst, delay, strength)
        bloom = cv2.resize(glowing, halo.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
        halo += 0.6 * cv2.GaussianBlur(bloom, (0, 0), 1.6) + 1.1 * cv2.GaussianBlur(bloom, (0, 0), 7.0)
        spread = cv2.resize(np.clip(halo, 0, 255).astype(np.uint8), (SIZE, SIZE))
        scene = cv2.transform(self.lit, np.diag(np.clip(flash, 0, 1)))
        image[:] = cv2.add(cv2.add(cv2.add(image, scene), spread), glowing)


def _draw_rocket(glowing: Image, burst: Burst, delay: float) -> None:
    """Head and tail of sparks of a climbing rocket."""
    path = np.array([burst.rocket(delay - back) for back in np.linspace(0, 0.26, 9)])
    for k in range(8):
        shade = np.array([255, 190, 110]) * (1 - k / 8) ** 1.3
        stroke(glowing, path[k : k + 2], shade, width=3 if k < 4 else 2)
    # The fuse flares up in the last tenth of a second.
    disc(glowing, path[0], 2.8 + 2.0 * float(smoothstep(delay, -0.12, 0.0)), (255, 244, 214))


def _draw_sparks(glowing: Image, burst: Burst, delay: float) -> None:
    """Sparks with their trails: white at first, then coloured, then gone."""
    fade = float(smoothstep(delay, LIFE_SECONDS, 0.35))
    heads, tails = burst.sparks(delay), burst.sparks(delay - burst.trail)
    segments = np.stack([fixed(tails), fixed(heads)], axis=1)  # (n_sparks, 2, 2)
    white = np.exp(-delay / 0.05)
    bright = fade * (0.55 + 0.45 * float(smoothstep(delay, 0.0, 0.2)))  # crowded at first
    for half, colour in enumerate(burst.colours):
        paint = bright * (white * 255 + (1 - white) * colour)
        cv2.polylines(glowing, list(segments[half::2]), False, (0.7 * paint).tolist(), 1, cv2.LINE_AA, 4)
        ends = heads[half::2]
        discs(glowing, ends, np.full(len(ends), 0.6 + 0.9 * fade), np.tile(paint, (len(ends), 1)))


def _add_flash(halo: Field, burst: Burst, delay: float, strength: float) -> Floats:
    """Add the flash to the glow; return the light on the scene, red, green and blue, about 0..1."""
    y, x = np.mgrid[0 : halo.shape[0], 0 : halo.shape[1]] * COARSE
    squared = (x - burst.place[0]) ** 2 + (y - burst.place[1]) ** 2
    width = 14 + 12 * strength
    round_glow = np.exp(-squared / (2 * width**2)) + 0.3 * np.exp(-squared / (2 * (2.6 * width) ** 2))
    white = np.array([255, 246, 230]) * (1.25 * np.exp(-delay / 0.07))
    tint = 0.5 + 0.5 * (burst.colours[0] + burst.colours[1]) / 510
    halo += (round_glow[..., None] * (white + 70 * tint * np.exp(-delay / 0.3))).astype(np.float32)
    light: Floats = strength * (0.8 * np.exp(-delay / 0.12) + 0.4 * np.exp(-delay / 0.45)) * tint
    return light
