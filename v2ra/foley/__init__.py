"""The embedded data set: synthetic clips of the seven categories, with event times known exactly."""

from v2ra.foley.categories import CATEGORIES
from v2ra.foley.clip import FoleyClip, make_clip
from v2ra.foley.dataset import make_dataset
from v2ra.foley.events import Event, draw_events

__all__ = ["CATEGORIES", "Event", "FoleyClip", "draw_events", "make_clip", "make_dataset"]
