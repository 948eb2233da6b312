"""What flies up at an event: chips, stones, drops, dust.

Conventions
-----------
Every particle has a path in closed form: position = start + velocity·t + gravity·t²/2 with t the seconds
since its event, in pixels and seconds, y down. It lies still once it falls back to its floor and fades
at the end of its life. Nothing is kept from frame to frame.

Source
------
The project's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from v2ra.foley.canvas import Colour, Field, Image, Palette, Points, discs
from v2ra.foley.motion import Beats, Floats
from v2ra.foley.sprites import Sprite
from v2ra.foley.textures import noise

GRAVITY = 900.0  # pixels per s²: 256 pixels stand for about 0.7 m, slowed a little so that it is seen


@dataclass(frozen=True)
class Spray:
    """Particles of all events of a clip.

    Attributes
    ----------
    starts, velocities : tuple of ndarray (n_particles, 2)
        One array an event, pixels and pixels per second.
    floors : tuple of ndarray (n_particles,)
        y at which each comes to rest.
    radii, colours : tuple of ndarray
        (n_particles,) pixels and (n_particles, 3).
    life_seconds : float
        Until a particle has gone.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> from v2ra.foley.events import Event
    >>> beats = make_beats([Event(0.0, 1.0, "hit", 0.1)], n_frames=9, frame_rate=30)
    >>> spray = make_spray(beats, points=np.array([[99, 99]]), colours=[(255, 0, 0)],
    ...                    rng=np.random.default_rng(0))
    >>> image = np.zeros((256, 256, 3), np.uint8); spray.draw(image, beats, 3); bool(image.any())
    True
    """

    starts: tuple[Points, ...]
    velocities: tuple[Points, ...]
    floors: tuple[Floats, ...]
    radii: tuple[Floats, ...]
    colours: tuple[Points, ...]
    life_seconds: float
    gravity: float

    def draw(self, image: Image, beats: Beats, index: int) -> None:
        """Draw the particles in the air at frame `index`, in place."""
        for event, delay in beats.recent(index, seconds=self.life_seconds):
            fade = min(1.0, 3 * (1 - delay / self.life_seconds))
            radii = fade * self.radii[event]
            places = self.places(event, delay)
            shaded = places + radii[:, None] * (0.3, 0.5)
            discs(image, shaded, radii, 0.45 * self.colours[event])
            discs(image, places, radii, self.colours[event])

    def places(self, event: int, delay: float) -> Points:
        """Centres (n_particles, 2) of an event's particles `delay` seconds after it."""
        moved = self.starts[event] + self.velocities[event] * delay
        moved[:, 1] += 0.5 * self.gravity * delay**2
        # Where it would have come down it stays: solve the fall for the time of landing.
        rise, drop = self.velocities[event][:, 1], self.floors[event] - self.starts[event][:, 1]
        landing = (-rise + np.sqrt(np.maximum(rise**2 + 2 * self.gravity * drop, 0))) / self.gravity
        rests = self.starts[event] + self.velocities[event] * landing[:, None]
        rests[:, 1] = self.floors[event]
        return np.where((delay >= landing)[:, None], rests, moved)


def make_spray(
    beats: Beats,
    *,
    points: Points,
    colours: Palette,
    rng: np.random.Generator,
    n_most: int = 14,
    speed: float = 210.0,
    radius: tuple[float, float] = (1.0, 2.4),
    spread: float = 0.9,
    life_seconds: float = 0.55,
    gravity: float = GRAVITY,
) -> Spray:
    """Draw the particles of every event.

    Parameters
    ----------
    beats : Beats
        Events; strength sets number and speed.
    points : ndarray (n_events, 2)
        Where each event happens.
    colours : sequence of colours
        One is drawn for each particle.
    rng : Generator
        Source of chance.
    n_most : int
        Particles at strength 1.
    speed, gravity : float
        Pixels per second at strength 1, pixels per s².
    radius : (float, float)
        Least and greatest, pixels.
    spread : float
        Half the opening of the fan, radians from straight up.
    life_seconds : float
        Until they have gone.

    Returns
    -------
    Spray
        For `draw`.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> make_spray(make_beats([], n_frames=1, frame_rate=30), points=np.zeros((0, 2)), colours=[(0, 0, 0)],
    ...            rng=np.random.default_rng(0)).starts
    ()
    """
    palette = np.asarray(colours, dtype=np.float64)
    starts, velocities, floors, radii, paints = [], [], [], [], []
    for strength, point in zip(beats.strengths, points, strict=True):
        n = max(4, round(n_most * strength))
        angles = rng.uniform(-spread, spread, n)
        speeds = speed * (0.45 + 0.55 * strength) * rng.uniform(0.35, 1.1, n)
        starts.append(np.asarray(point) + rng.uniform(-4, 4, (n, 2)))
        velocities.append(np.stack([np.sin(angles), -np.cos(angles)], axis=1) * speeds[:, None])
        floors.append(starts[-1][:, 1] + rng.uniform(-2, 10, n))
        radii.append(rng.uniform(*radius, n))
        paints.append(palette[rng.integers(len(palette), size=n)] * rng.uniform(0.8, 1.15, (n, 1)))
    return Spray(
        tuple(starts), tuple(velocities), tuple(floors), tuple(radii), tuple(paints), life_seconds, gravity
    )


def make_puff(colour: Colour, *, rng: np.random.Generator, side: int = 72) -> Sprite:
    """Soft cloud of dust, 72 pixels wide unless told, to be pasted growing and fading.

    Examples
    --------
    >>> make_puff((200, 180, 150), rng=np.random.default_rng(0)).pixels.shape
    (72, 72, 4)
    """
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    cloud = noise((side, side), cell=side / 5, rng=rng, n_octaves=3)
    cover = np.clip(1 - np.sqrt(x**2 + y**2) + 0.9 * (cloud - 0.5), 0, 1) * np.clip(
        4 * (1 - np.maximum(abs(x), abs(y))), 0, 1
    )
    soft: Field = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), side / 24)
    paint = np.asarray(colour, dtype=np.float32) * (0.85 + 0.3 * cloud[..., None])
    pixels = np.concatenate([paint * soft[..., None], 255 * soft[..., None]], axis=2)
    return Sprite(pixels=np.clip(pixels, 0, 255).astype(np.uint8), anchor=(side / 2, side / 2))


def draw_puffs(
    image: Image,
    puff: Sprite,
    beats: Beats,
    *,
    index: int,
    points: Points,
    size: float = 1.0,
    life_seconds: float = 0.5,
    density: float = 0.8,
) -> None:
    """Draw the dust of the events shortly before frame `index`, in place: it swells, rises and thins.

    Parameters
    ----------
    image : ndarray uint8 (256, 256, 3)
        Drawn on.
    puff : Sprite
        From `make_puff`.
    beats : Beats
        Events.
    index : int
        Frame.
    points : ndarray (n_events, 2)
        Where each event happens.
    size, density : float
        Size against the sprite and opacity, both at strength 1.
    life_seconds : float
        Until the dust has gone.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> puff = make_puff((200, 180, 150), rng=np.random.default_rng(0))
    >>> draw_puffs(np.zeros((256, 256, 3), np.uint8), puff, make_beats([], n_frames=1, frame_rate=30),
    ...            index=0, points=np.zeros((0, 2)))
    """
    for event, delay in beats.recent(index, seconds=life_seconds):
        strength = beats.vigour[event]
        grown = size * (0.3 + 0.7 * strength) * (0.45 + 0.7 * (1 - np.exp(-delay / 0.05)))
        place = np.subtract(points[event], (0.0, 40 * strength * delay))
        fade = density * (0.5 + 0.5 * strength) * (1 - delay / life_seconds) ** 1.5
        puff.paste(image, place, angle=0.7 * event, scale=(1.3 * grown, grown), opacity=float(fade))
