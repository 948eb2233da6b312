"""Sprites: the quick paste gives what the plain formula gives, to the bit."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from v2ra.foley.canvas import Image
from v2ra.foley.sprites import Sprite, lay_over

Array = npt.NDArray[np.float64]


def random_image(rng: np.random.Generator, *, n_channels: int = 3) -> Image:
    return rng.integers(0, 256, (90, 110, n_channels), dtype=np.uint8)


def random_sprite(rng: np.random.Generator) -> Sprite:
    """Sprite with clear margins and holes; its colour is no brighter than its opacity."""
    height, width = rng.integers(1, 80, 2)
    cover = rng.integers(0, 256, (height, width, 1)) * (rng.random((height, width, 1)) < 0.8)
    colour = rng.random((height, width, 3)) * cover
    pixels = np.concatenate([colour, cover], axis=2).astype(np.uint8)
    top, bottom = (rng.uniform(0, 0.45, 2) * height).astype(int)
    left, right = (rng.uniform(0, 0.45, 2) * width).astype(int)
    framed = cv2.copyMakeBorder(
        pixels[top : height - bottom, left : width - right], top, bottom, left, right, cv2.BORDER_CONSTANT
    )
    anchor = rng.uniform((0, 0), (width, height))
    return Sprite(np.asarray(framed, dtype=np.uint8), (float(anchor[0]), float(anchor[1])))


def plainly_laid(region: Image, part: Image) -> Image:
    """Region seen through what the part leaves clear, plus the part, rounded once each."""
    dimmed = np.rint(region.astype(np.float64) * (255.0 - part[..., 3:]) / 255)
    return np.minimum(dimmed + part[..., :3], 255).astype(np.uint8)


def plainly_pasted(sprite: Sprite, image: Image, matrix: Array, opacity: float) -> Image:
    """Image under the whole sprite, clear margins and all, warped from the sprite's corner on."""
    height, width = sprite.pixels.shape[:2]
    corners = np.array([[-1, -1, 1], [width, -1, 1], [-1, height, 1], [width, height, 1]]) @ matrix.T
    size = image.shape[1::-1]
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, size).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, size).astype(int)
    laid = image.copy()
    if right > left and bottom > top and opacity > 0:
        shifted = matrix - np.array([[0, 0, left], [0, 0, top]])
        warped = cv2.warpAffine(sprite.pixels, shifted, (int(right - left), int(bottom - top)))
        part = np.rint(warped * np.float32(min(opacity, 1.0))).astype(np.uint8)
        laid[top:bottom, left:right] = plainly_laid(image[top:bottom, left:right], part)
    return laid


def matrix_of(sprite: Sprite, place: Array, angle: float, scale: tuple[float, float]) -> Array:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    return np.concatenate([turn, (place - turn @ sprite.anchor)[:, None]], axis=1)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("faded", [False, True])
def test_paste_equals_the_plain_formula_to_the_bit(turned: bool, faded: bool) -> None:
    rng, n_changed = np.random.default_rng([turned, faded]), 0
    for _ in range(200):
        sprite, image = random_sprite(rng), random_image(rng)
        place = rng.uniform((-30, -30), (140, 120))  # inside, across each edge and wholly outside
        angle = float(rng.uniform(-4, 4)) if turned else 0.0
        scale = tuple(rng.uniform(0.2, 2.5, 2).tolist()) if rng.random() < 0.7 else (1.0, 1.0)
        opacity = float(rng.uniform(-0.1, 1)) if faded else 1.0
        expected = plainly_pasted(sprite, image, matrix_of(sprite, place, angle, scale), opacity)
        n_changed += not np.array_equal(image, expected)
        sprite.paste(image, place, angle=angle, scale=scale, opacity=opacity)
        np.testing.assert_array_equal(image, expected)
    assert 80 < n_changed < 190  # some fall outside, most do not


def test_every_pair_of_grey_level_and_opacity_is_laid_as_by_the_plain_formula() -> None:
    level, cover = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    region, colour = np.stack([level] * 3, axis=2), cover // 2
    part = np.stack([colour, cover, 0 * colour, cover], axis=2)
    expected = plainly_laid(region, part)
    lay_over(region, part)
    np.testing.assert_array_equal(region, expected)


def test_only_the_region_of_an_image_is_painted() -> None:
    rng = np.random.default_rng(0)
    image, part = random_image(rng), random_image(rng, n_channels=4)[:20, :30]
    before = image.copy()
    lay_over(image[40:60, 50:80], part)
    changed = np.argwhere((image != before).any(axis=2))
    assert changed.min(axis=0).tolist() == [40, 50]
    assert changed.max(axis=0).tolist() == [59, 79]


def test_a_clear_sprite_changes_nothing() -> None:
    image = random_image(np.random.default_rng(0))
    before = image.copy()
    Sprite(np.zeros((30, 20, 4), np.uint8), (10.0, 10.0)).paste(image, (50, 50), angle=0.5)
    np.testing.assert_array_equal(image, before)


def test_a_sprite_infinitely_far_away_changes_nothing() -> None:
    image = random_image(np.random.default_rng(0))
    before = image.copy()
    for place in ((np.inf, 50.0), (50.0, -np.inf), (1e300, 1e300)):
        Sprite(np.full((30, 20, 4), 255, np.uint8), (10.0, 10.0)).paste(image, place)
    np.testing.assert_array_equal(image, before)
