"""A scene: a still background, layers that move, a camera.

Conventions
-----------
A *layer* is a callable (image, frame number) that draws on the image in place; layers are drawn back to
front. Images are uint8 (256, 256, 3), RGB.

Source
------
The project's own.
"""

from dataclasses import dataclass

from v2ra.foley.camera import Camera
from v2ra.foley.canvas import Image
from v2ra.foley.distractors import Layer


@dataclass(frozen=True)
class Scene:
    """Everything that one clip shows.

    Attributes
    ----------
    background : ndarray uint8 (256, 256, 3)
        What never moves.
    layers : tuple of Layer
        What moves, back to front.
    camera : Camera
        How it is filmed.

    Examples
    --------
    >>> import numpy as np
    >>> from v2ra.foley.camera import make_camera
    >>> from v2ra.foley.motion import make_beats
    >>> camera = make_camera(make_beats([], n_frames=2, frame_rate=30), rng=np.random.default_rng(0))
    >>> Scene(np.zeros((256, 256, 3), np.uint8), (), camera).frame(0).shape
    (256, 256, 3)
    """

    background: Image
    layers: tuple[Layer, ...]
    camera: Camera

    def frame(self, index: int) -> Image:
        """Frame `index` of the clip."""
        image = self.background.copy()
        for layer in self.layers:
            layer(image, index)
        return self.camera.film(image, index)
