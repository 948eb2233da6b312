"""What the page is told: one step at a time, without a word of the system behind a clip.

Conventions
-----------
`page_state` gives plain values for JSON. The page itself is ``page.html`` with ``page.css`` and ``page.js`` beside
this module: plain, nothing from elsewhere, the answers and headings native controls for keyboards and screen readers.

Source
------
Section 4.7; ITU-T P.910 for the order of instruction, practice and rating.
"""

import importlib.resources
import socket
from typing import Any

from v2ra.errors import InputError
from v2ra.study.plan import Plan, Stimulus
from v2ra.study.session import Step, minutes, session
from v2ra.study.store import Store

PAGE_FILES = {"page.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
EVERYWHERE = ("", "0.0.0.0", "::")  # addresses that mean every network of this machine
# Heading and instruction of each kind of step.
TEXTS = {
    "consent": ("Welcome", ""),
    "level": (
        "Set the level",
        "Put on your headphones and play the sound. Set the level of your device so that it is clear and comfortable, "
        "and leave it there until the end.",
    ),
    "headphones": ("Headphones", "You hear three tones. Which was the quietest?"),
    "training": ("Practice", "This one is for practice: its answers do not count."),
    "rating": ("Clip", "Play it to the end, then answer. You may play it again."),
    "pair": ("Two versions", "Play both to the end, then choose. You may play them again."),
}
END = ("Thank you", "That was all. Your answers are kept; you may close this page.")


def page_file(name: str) -> str:
    """Return one of `PAGE_FILES`.

    Examples
    --------
    >>> page_file("page.html")[:15]
    '<!doctype html>'
    """
    if name not in PAGE_FILES:
        raise InputError(f"found the name {name!r}; expected one of {', '.join(PAGE_FILES)}; choose one")
    return importlib.resources.files("v2ra.study").joinpath(name).read_text(encoding="utf-8")


def page_address(address: str, port: int, token: str) -> str:
    """Return where a listener finds the page; this machine's name where every network is served.

    Examples
    --------
    >>> page_address("127.0.0.1", 8765, "abc"), page_address("::1", 8765, "abc")
    ('http://127.0.0.1:8765/?token=abc', 'http://[::1]:8765/?token=abc')
    """
    host = socket.gethostname() if address in EVERYWHERE else f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}/?token={token}"


def page_state(plan: Plan, store: Store, listener: int) -> dict[str, Any]:
    """Return what the page of a listener shows now.

    Parameters
    ----------
    plan : Plan
        Of the study.
    store : Store
        Knows how far the listener is.
    listener : int
        From 0.

    Returns
    -------
    dict
        ``step`` (its number), ``n_steps``, ``heading``, ``text``, ``media`` (id, kind, label and whether it was played
        to its end), ``questions`` (key, text, choices); ``done`` and no more at the end.
    """
    steps, number = session(plan, listener), store.next_step(listener)
    shared = {"title": plan.title, "step": number, "n_steps": len(steps), "done": number >= len(steps)}
    if shared["done"]:
        return shared | {"heading": END[0], "text": END[1], "media": [], "questions": []}
    step = steps[number]
    heading, text = TEXTS[step.kind]
    if step.kind == "consent":
        text = plan.consent.replace("{minutes}", str(minutes(plan)))
    played = store.played(listener, number)
    media = [
        _medium(plan.stimuli[name], label, name in played)
        for name, label in zip(step.stimuli, _labels(step), strict=True)
    ]
    questions = [{"key": q.key, "text": q.text, "choices": q.choices} for q in step.questions]
    heading = f"{heading} {_place(steps, number)}".strip()
    return shared | {"heading": heading, "text": text, "media": media, "questions": questions}


def _medium(stimulus: Stimulus, label: str, played: bool) -> dict[str, Any]:
    kind = "video" if stimulus.has_picture else "audio"
    return {"id": stimulus.id, "kind": kind, "label": label, "played": played}


def _labels(step: Step) -> tuple[str, ...]:
    return ("A", "B") if step.kind == "pair" else ("",) * len(step.stimuli)


def _place(steps: tuple[Step, ...], number: int) -> str:
    """Return "3 of 50" among steps of the same kind; nothing where there is one alone."""
    alike = [place for place, step in enumerate(steps) if step.kind == steps[number].kind]
    return f"{alike.index(number) + 1} of {len(alike)}" if len(alike) > 1 else ""
