"""What listeners are asked, and the words of the scale.

Conventions
-----------
An answer is a whole number. Ratings are on the five grades of absolute category rating, 1 (worst) to 5 (best);
a choice is the place of what was chosen, from 1.

Source
------
Section 4.7 for the three questions, in its words; ITU-T P.910 for the five grades. The paper labels 1 "Very bad" and
5 "Very good" and names no grade between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from v2ra.errors import InputError

GRADES = ((5, "Excellent"), (4, "Good"), (3, "Fair"), (2, "Poor"), (1, "Bad"))
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Question:
    """One question of a step.

    Attributes
    ----------
    key : str
        Its name in the database and in every table.
    text : str
        What is asked.
    choices : tuple of (int, str)
        Values with their labels, in the order of the page.
    needs_picture : bool
        Whether it makes no sense for sound alone.
    """

    key: str
    text: str
    choices: tuple[tuple[int, str], ...]
    needs_picture: bool = False


RATINGS = {
    "clarity": Question("clarity", "How do you rate the sound quality of this clip?", GRADES),
    "synchrony": Question(
        "synchrony", "How do you rate the synchronization between sound and picture?", GRADES, True
    ),
    "overall": Question("overall", "How do you rate the overall quality of this clip?", GRADES),
}
CONSENT = Question("consent", "Do you take part?", ((1, "I have read this and take part"),))
LEVEL = Question("level", "Is the sound comfortable, and can you hear all of it?", ((1, "Yes, go on"),))
QUIETEST = Question(
    "quietest", "Which of the three tones was the quietest?", ((1, "First"), (2, "Second"), (3, "Third"))
)
CHOICE = Question("choice", "In which one does the sound belong to the picture?", ((1, "A"), (2, "B")))
CHOICE_OF_SOUNDS = Question("choice", "Which one sounds more real?", ((1, "A"), (2, "B")))


def rating_questions(keys: Sequence[str], *, has_picture: bool) -> tuple[Question, ...]:
    """Return the questions of a rated clip.

    Parameters
    ----------
    keys : sequence of str
        Of `RATINGS`, in the order of the page.
    has_picture : bool
        Without one, what needs a picture is not asked.

    Raises
    ------
    InputError
        For a key that is not known, one that comes twice, or where nothing is left to ask.

    Examples
    --------
    >>> [question.key for question in rating_questions(("clarity", "synchrony"), has_picture=False)]
    ['clarity']
    """
    unknown = [key for key in keys if key not in RATINGS]
    if unknown or len(set(keys)) != len(keys):
        raise InputError(
            f"found questions {', '.join(keys)}; expected some of {', '.join(RATINGS)}, each once"
        )
    asked = tuple(RATINGS[key] for key in keys if has_picture or not RATINGS[key].needs_picture)
    if not asked:
        raise InputError(
            f"found questions {', '.join(keys) or 'none'} for sound alone; expected clarity or overall; add one"
        )
    return asked
