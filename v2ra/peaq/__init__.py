"""PEAQ, ITU-R BS.1387 basic version: how far a sound is heard to differ from a reference."""

from v2ra.peaq.results import Grade, Patterns
from v2ra.peaq.scoring import objective_difference_grade, objective_difference_grades

__all__ = ["Grade", "Patterns", "objective_difference_grade", "objective_difference_grades"]
