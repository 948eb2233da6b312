"""The embedded data set: synthetic clips of the seven categories, with event times known exactly."""

from v2ra.foley.categories import CATEGORIES
from v2ra.foley.events import Event, draw_events

__all__ = ["CATEGORIES", "Event", "draw_events"]
