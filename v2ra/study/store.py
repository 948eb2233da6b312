"""Ratings in one SQLite file: every answer is on the disk before the next page is shown.

Conventions
-----------
One file holds the ratings of one plan, of people or of simulated raters and never of both: each row says which, and
the database refuses a row of the other kind. Nothing about a person is kept but the number of the invitation. Times
are whole seconds of UTC. The first answer to a step stands; a second one is refused.

Source
------
Ours; SQLite's write-ahead log lets one process write while others read, and survives a killed one.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from v2ra.errors import InputError

PEOPLE, SIMULATED = "person", "simulated"
DATABASES = {PEOPLE: "ratings.sqlite", SIMULATED: "simulated.sqlite"}
NOW = "INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER))"
TABLES = (
    """CREATE TABLE study (
      plan TEXT NOT NULL,
      listener_kind TEXT NOT NULL CHECK (listener_kind IN ('person', 'simulated')))""",
    "CREATE TABLE listeners (listener INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE)",
    f"""CREATE TABLE plays (
      listener INTEGER NOT NULL, step INTEGER NOT NULL, stimulus TEXT NOT NULL, seconds REAL NOT NULL,
      ended_at {NOW})""",
    "CREATE INDEX plays_of ON plays (listener, step)",
    f"""CREATE TABLE answers (
      listener INTEGER NOT NULL, listener_kind TEXT NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL,
      stimuli TEXT NOT NULL, repeat INTEGER NOT NULL, question TEXT NOT NULL, value INTEGER NOT NULL,
      n_plays INTEGER NOT NULL, answered_at {NOW}, PRIMARY KEY (listener, step, question))""",
    """CREATE TRIGGER one_kind BEFORE INSERT ON answers
      WHEN NEW.listener_kind IS NOT (SELECT listener_kind FROM study)
      BEGIN SELECT RAISE(ABORT, 'people and simulated raters are kept apart'); END""",
)


class Refused(Exception):
    """An answer that does not count: of another step than the next, a second one, or before the end of a clip."""


class Store:
    """The ratings of a study.

    Parameters
    ----------
    path : Path
        Made where it is missing and `create` is set.
    plan_hash : str
        Of the plan that the ratings belong to.
    n_listeners : int
        Listeners, each with a random token.
    kind : str
        `PEOPLE` or `SIMULATED`.

    Raises
    ------
    InputError
        Where the file cannot be opened, is no such database, or belongs to another plan or kind.
    """

    def __init__(
        self, path: Path, plan_hash: str, *, n_listeners: int, kind: str = PEOPLE, create: bool = True
    ) -> None:
        if not create and not path.is_file():
            raise InputError(f"found no {path}; expected a database of ratings; run the study first")
        self.path, self.kind = path, kind
        with self._explained():
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
            try:
                self._open(plan_hash, n_listeners)
                if create:  # a place that cannot be written to is found now, not at the first answer
                    self._db.execute("UPDATE study SET plan = plan")
            except BaseException:
                self._db.close()
                raise

    def _open(self, plan_hash: str, n_listeners: int) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'FULL' if self.kind == PEOPLE else 'OFF'}")
        with self._writing():
            if not self._all("SELECT name FROM sqlite_master WHERE name = 'study'"):
                for statement in TABLES:
                    self._db.execute(statement)
                self._db.execute("INSERT INTO study VALUES (?, ?)", (plan_hash, self.kind))
                tokens = [(number, secrets.token_urlsafe(12)) for number in range(n_listeners)]
                self._db.executemany("INSERT INTO listeners VALUES (?, ?)", tokens)
        ((plan, kind),) = self._all("SELECT plan, listener_kind FROM study")
        if plan != plan_hash:
            raise InputError(f"{self.path} holds ratings of another plan; expected this one's; move it away")
        if kind != self.kind or self._all(
            "SELECT 1 FROM answers WHERE listener_kind <> ? LIMIT 1", self.kind
        ):
            raise InputError(
                f"{self.path} holds ratings of kind {kind}; expected {self.kind}; name the other file"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"{self.path} cannot be used ({error}); expected a database of ratings in a folder that can be "
                "written to; check both"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the one writing place until all is on the disk, or nothing is."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._db.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def tokens(self) -> list[str]:
        """Return the token of each listener, in the order of their numbers."""
        return [str(token) for (token,) in self._all("SELECT token FROM listeners ORDER BY listener")]

    def listener_of(self, token: str) -> int | None:
        """Return the listener that a token belongs to; None for one that was not given out."""
        found = self._all("SELECT listener FROM listeners WHERE token = ?", token)
        return int(found[0][0]) if found else None

    def next_step(self, listener: int) -> int:
        """Return the number of the first step that has no answer yet."""
        (found,) = self._all("SELECT COALESCE(MAX(step) + 1, 0) FROM answers WHERE listener = ?", listener)
        return int(found[0])

    def played(self, listener: int, step: int) -> dict[str, int]:
        """Return how often each stimulus of a step was played to its end."""
        query = "SELECT stimulus, COUNT(*) FROM plays WHERE listener = ? AND step = ? GROUP BY stimulus"
        return {str(stimulus): int(count) for stimulus, count in self._all(query, listener, step)}

    def add_play(self, listener: int, step: int, stimulus: str, *, seconds: float) -> None:
        """Note that a stimulus was played to its end, as the page says, which took so many seconds."""
        with self._explained(), self._writing():
            if step != self.next_step(listener):
                raise Refused("that step is not the next one")
            columns = "INSERT INTO plays (listener, step, stimulus, seconds) VALUES (?, ?, ?, ?)"
            self._db.execute(columns, (listener, step, stimulus, seconds))

    def add_answers(
        self,
        listener: int,
        step: int,
        values: Mapping[str, int],
        *,
        kind: str,
        stimuli: Sequence[str],
        repeat: bool = False,
        trusted: bool = False,
    ) -> None:
        """Keep the answers of a step, all or none; they are on the disk when this returns.

        Parameters
        ----------
        listener, step : int
            The listener's next step.
        values : mapping of str to int
            By question.
        kind, stimuli, repeat
            Of the step.
        trusted : bool
            Of simulated raters, who play nothing.

        Raises
        ------
        Refused
            Where the step is not the next one, or a stimulus was not played to its end.
        InputError
            Where the file cannot be written.
        """
        with self._explained(), self._writing():
            if step != self.next_step(listener):
                raise Refused("that step is not the next one")
            plays = self.played(listener, step)
            if not trusted and any(stimulus not in plays for stimulus in stimuli):
                raise Refused("play it to the end first")
            shared = (listener, self.kind, step, kind, " ".join(stimuli), int(repeat))
            rows = [(*shared, question, value, sum(plays.values())) for question, value in values.items()]
            columns = "listener, listener_kind, step, kind, stimuli, repeat, question, value, n_plays"
            self._db.executemany(f"INSERT INTO answers ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def answers(self) -> list[dict[str, Any]]:
        """Return all rows, by listener and step."""
        names = (
            "listener",
            "listener_kind",
            "step",
            "kind",
            "stimuli",
            "repeat",
            "question",
            "value",
            "n_plays",
        )
        rows = self._all(f"SELECT {', '.join(names)} FROM answers ORDER BY listener, step, question")
        return [dict(zip(names, row, strict=True)) for row in rows]
