"""The local web server of a study: a page a listener, reached by a token.

Conventions
-----------
``/?token=…`` is the page; ``/state``, ``/played`` and ``/answer`` speak JSON; ``/media/ID`` is a stimulus. Without a
valid token there is nothing but the page's empty frame. An answer is on the disk before it is confirmed. No address,
name, cookie or device of a listener is kept or logged, and no file name tells a system.

Source
------
Ours; Tornado serves (it comes with JupyterLab).
"""

import asyncio
import json
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

from v2ra.errors import InputError
from v2ra.study.pages import PAGE_FILES, page_address, page_file, page_state
from v2ra.study.plan import Plan
from v2ra.study.plan_file import check_files, read_plan
from v2ra.study.session import Step, session
from v2ra.study.store import DATABASES, PEOPLE, Refused, Store

LOOPBACK = "127.0.0.1"
MEDIA_TYPES = {".mp4": "video/mp4", ".webm": "video/webm", ".wav": "audio/wav", ".flac": "audio/flac"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
MAX_BODY = 10_000  # bytes of an answer


@dataclass(frozen=True)
class Study:
    """What the handlers share."""

    folder: Path
    plan: Plan
    store: Store


class Handler(RequestHandler):
    """What all have in common: headers, tokens, and one line for what is wrong."""

    study: Study

    def initialize(self, study: Study) -> None:
        """Take the study."""
        self.study = study

    def set_default_headers(self) -> None:
        """Nothing is kept by the browser, nothing is told to others."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def listener(self) -> int:
        """Return who asks; an unknown token is an error of its own."""
        found = self.study.store.listener_of(self.get_argument("token", ""))
        if found is None:
            raise HTTPError(403, reason="This address is not known: check that it is whole")
        return found

    def body(self, *keys: str) -> dict[str, Any]:
        """Return the JSON that was sent, with these keys and no others."""
        try:
            values = json.loads(self.request.body)
            if set(values) != set(keys):
                raise ValueError
        except (ValueError, TypeError) as error:
            raise HTTPError(400, reason=f"Expected JSON with {', '.join(keys)}") from error
        return dict(values)

    def current(self, listener: int, number: object) -> Step:
        """Return the step that is asked now; another number is refused."""
        steps, expected = session(self.study.plan, listener), self.study.store.next_step(listener)
        if number != expected or expected >= len(steps):
            raise HTTPError(409, reason="That step is not the next one: the first answer stands")
        return steps[expected]

    def tell_state(self, listener: int) -> None:
        """Send what the page shows now."""
        self.write(page_state(self.study.plan, self.study.store, listener))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Send one line, and where the listener is if that is known."""
        self.finish({"error": self._reason})


class PageHandler(Handler):
    """The page, its style and its script."""

    def get(self, name: str = "") -> None:
        """Send one of them."""
        name = name or "page.html"
        self.set_header("Content-Type", f"{PAGE_FILES[name]}; charset=utf-8")
        self.write(page_file(name))


class StateHandler(Handler):
    """Where a listener is."""

    def get(self) -> None:
        """Send it."""
        self.tell_state(self.listener())


class PlayedHandler(Handler):
    """A stimulus was played to its end, as the page says."""

    def post(self) -> None:
        """Note it and send the state."""
        listener = self.listener()
        values = self.body("step", "stimulus", "seconds")
        step, seconds = self.current(listener, values["step"]), values["seconds"]
        if (
            values["stimulus"] not in step.stimuli
            or not isinstance(seconds, int | float)
            or not 0 <= seconds < 1e5
        ):
            raise HTTPError(400, reason="Expected a stimulus of this step and its seconds")
        kept(lambda: self.study.store.add_play(listener, values["step"], values["stimulus"], seconds=seconds))
        self.tell_state(listener)


class AnswerHandler(Handler):
    """The answers of a step."""

    def post(self) -> None:
        """Keep them and send the next step."""
        listener = self.listener()
        values = self.body("step", "answers")
        step, answers = self.current(listener, values["step"]), values["answers"]
        allowed = {question.key: [value for value, _ in question.choices] for question in step.questions}
        if not isinstance(answers, dict) or set(answers) != set(allowed):
            raise HTTPError(400, reason="Expected an answer to each question")
        if any(type(value) is not int or value not in allowed[key] for key, value in answers.items()):
            raise HTTPError(400, reason="Expected answers that the page offers")
        about: dict[str, Any] = {"kind": step.kind, "stimuli": step.stimuli, "repeat": step.repeat}
        kept(lambda: self.study.store.add_answers(listener, values["step"], answers, **about))
        self.tell_state(listener)


class MediaHandler(StaticFileHandler, Handler):
    """A stimulus by its id, in pieces where the browser asks for them."""

    def initialize(self, study: Study) -> None:  # type: ignore[override]
        """Take the study, and its folder as the root of all files."""
        Handler.initialize(self, study)
        StaticFileHandler.initialize(self, str(study.folder))

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send it to a listener whose present step plays it."""
        listener = self.listener()
        steps, number = session(self.study.plan, listener), self.study.store.next_step(listener)
        if number >= len(steps) or path not in steps[number].stimuli:
            raise HTTPError(404, reason="There is no such clip in this step")
        await super().get(self.study.plan.stimuli[path].file, include_body)

    def get_modified_time(self) -> None:
        """Say nothing of when a file was copied: the order of copies is that of the systems."""

    def get_content_type(self) -> str:
        """Return the type by the suffix."""
        return MEDIA_TYPES[Path(str(self.absolute_path)).suffix.lower()]


def kept(write: Callable[[], None]) -> None:
    """Write something; what is refused, or cannot be written, becomes an answer to the page."""
    try:
        write()
    except Refused as error:
        raise HTTPError(409, reason=f"Not kept: {error}") from error
    except InputError as error:
        logging.getLogger("v2ra.study").error("%s", error)
        reason = "Not kept: the answer could not be written. Tell who runs the study"
        raise HTTPError(503, reason=reason) from error


def make_app(study: Study) -> Application:
    """Return the web application of a study."""
    shared = {"study": study}
    routes = [
        (r"/(|page\.css|page\.js)", PageHandler, shared),
        (r"/state", StateHandler, shared),
        (r"/played", PlayedHandler, shared),
        (r"/answer", AnswerHandler, shared),
        (r"/media/([0-9a-z]+)", MediaHandler, shared),
    ]
    return Application(routes, log_function=lambda handler: None)  # a log would hold tokens and addresses


def serve(
    folder: Path, *, port: int = 8765, address: str = LOOPBACK, tell: Callable[[str], None] = print
) -> None:
    """Serve a study until it is interrupted.

    Parameters
    ----------
    folder : Path
        Of `v2ra study plan`; the database of ratings is made in it.
    port, address
        Port 0 takes one that is free; the default address is this machine alone.
    tell : callable
        Takes the lines to print: one address a listener.

    Raises
    ------
    InputError
        Where plan, stimuli, database or port cannot be used.
    """
    plan = read_plan(folder)
    check_files(plan, folder)
    store = Store(folder / DATABASES[PEOPLE], plan.hash(), n_listeners=plan.n_listeners)
    try:
        asyncio.run(_serve(Study(folder.resolve(), plan, store), port, address, tell))
    finally:
        store.close()


async def _serve(study: Study, port: int, address: str, tell: Callable[[str], None]) -> None:
    try:
        sockets = bind_sockets(port, address)
    except (OSError, OverflowError) as error:
        raise InputError(f"found {address}:{port} not to be free ({error}); give another --port") from error
    server = HTTPServer(make_app(study), max_body_size=MAX_BODY)
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    for number, token in enumerate(study.store.tokens()):
        tell(f"listener {number + 1}: {page_address(address, port, token)}")
    stopped = asyncio.Event()
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # started in the background, a process inherits a deaf SIGINT
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tell("serving; stop with Ctrl-C")
    await stopped.wait()
    tell("stopped; the same command goes on")
