"""Ratings are kept at once, once, in order, and people's apart from simulated ones."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from v2ra.errors import InputError
from v2ra.study.plan import Plan
from v2ra.study.ratings import read_ratings
from v2ra.study.simulated import write_simulated
from v2ra.study.store import SIMULATED, Refused, Store

MakeStudy = Callable[..., Plan]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "ratings.sqlite", "plan", n_listeners=3)


def rate(store: Store, step: int, value: int = 4, listener: int = 0) -> None:
    """Play and answer a step."""
    store.add_play(listener, step, "a1", seconds=1.0)
    store.add_answers(listener, step, {"clarity": value, "overall": 3}, kind="rating", stimuli=["a1"])


def test_answers_are_on_the_disk_when_they_are_confirmed(store: Store) -> None:
    rate(store, 0)
    other = sqlite3.connect(store.path)  # another process would see the same
    assert other.execute("SELECT question, value FROM answers ORDER BY question").fetchall() == [
        ("clarity", 4),
        ("overall", 3),
    ]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_killed_process_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from v2ra.study.store import Store\n"
        "store = Store(Path(sys.argv[1]), 'plan', n_listeners=1)\n"
        "store.add_answers(0, 0, {'consent': 1}, kind='consent', stimuli=[])\n"
        "store._db.execute('BEGIN IMMEDIATE')\n"
        "store._db.execute(\"INSERT INTO plays (listener, step, stimulus, seconds) VALUES (0, 1, 'a', 1)\")\n"
        "os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "r.sqlite")], cwd=root, check=False)
    assert done.returncode == -9
    again = Store(tmp_path / "r.sqlite", "plan", n_listeners=1)
    assert again.next_step(0) == 1
    assert again.played(0, 1) == {}


def test_the_first_answer_stands(store: Store) -> None:
    rate(store, 0, value=4)
    with pytest.raises(Refused, match="not the next one"):
        store.add_answers(0, 0, {"clarity": 1}, kind="rating", stimuli=["a1"])
    with pytest.raises(Refused, match="not the next one"):
        store.add_answers(0, 2, {"clarity": 1}, kind="rating", stimuli=["a1"])
    assert [row["value"] for row in store.answers()] == [4, 3]


def test_an_answer_needs_every_clip_played_to_its_end(store: Store) -> None:
    store.add_play(0, 0, "a1", seconds=1.0)
    with pytest.raises(Refused, match="to the end"):
        store.add_answers(0, 0, {"choice": 1}, kind="pair", stimuli=["a1", "b2"])
    store.add_play(0, 0, "b2", seconds=1.0)
    store.add_play(0, 0, "b2", seconds=1.0)
    store.add_answers(0, 0, {"choice": 1}, kind="pair", stimuli=["a1", "b2"])
    assert [row["n_plays"] for row in store.answers()] == [3]
    with pytest.raises(Refused, match="not the next one"):
        store.add_play(0, 0, "a1", seconds=1.0)


def test_listeners_are_apart_and_tokens_stay(store: Store) -> None:
    rate(store, 0, listener=1)
    assert [store.next_step(listener) for listener in range(3)] == [0, 1, 0]
    tokens = store.tokens()
    assert len(set(tokens)) == 3
    assert [store.listener_of(token) for token in tokens] == [0, 1, 2]
    assert store.listener_of("") is None
    assert Store(store.path, "plan", n_listeners=3).tokens() == tokens


def test_tokens_of_another_study_are_others(store: Store, tmp_path: Path) -> None:
    assert not set(store.tokens()) & set(Store(tmp_path / "b.sqlite", "plan", n_listeners=3).tokens())


def test_a_row_of_simulated_raters_cannot_enter_the_ratings_of_people(store: Store) -> None:
    columns = "listener, listener_kind, step, kind, stimuli, repeat, question, value, n_plays"
    command = f"INSERT INTO answers ({columns}) VALUES (0, ?, 0, 'rating', 'a1', 0, 'clarity', 5, 0)"
    for kind in ("simulated", "robot", ""):
        with pytest.raises(sqlite3.IntegrityError, match="kept apart"):
            store._db.execute(command, (kind,))
    store._db.execute(command, ("person",))


def test_a_database_that_holds_simulated_rows_all_the_same_is_refused(store: Store) -> None:
    rate(store, 0)
    other = sqlite3.connect(store.path)
    with other:
        other.execute("DROP TRIGGER one_kind")
        other.execute("UPDATE answers SET listener_kind = 'simulated' WHERE question = 'clarity'")
    other.close()
    with pytest.raises(InputError, match="expected person"):
        Store(store.path, "plan", n_listeners=3)


def test_simulated_raters_have_a_database_of_their_own(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    write_simulated(tmp_path / "study", plan)
    assert not (tmp_path / "study" / "ratings.sqlite").exists()
    with pytest.raises(InputError, match=r"no .*ratings\.sqlite"):
        read_ratings(tmp_path / "study", plan)
    shutil.copy(tmp_path / "study" / "simulated.sqlite", tmp_path / "study" / "ratings.sqlite")
    with pytest.raises(InputError, match="ratings of kind simulated; expected person"):
        read_ratings(tmp_path / "study", plan)
    found = read_ratings(tmp_path / "study", plan, kind=SIMULATED)
    assert found.finished == (0, 1, 2)
    assert set(found.scores["listener_kind"]) == set(found.choices["listener_kind"]) == {"simulated"}


def test_a_dry_run_that_stopped_goes_on(tmp_path: Path, make_study: MakeStudy) -> None:
    plan = make_study(tmp_path / "study")
    path = write_simulated(tmp_path / "study", plan)
    whole = read_ratings(tmp_path / "study", plan, kind=SIMULATED).scores
    half = sqlite3.connect(path)
    with half:
        half.execute("DELETE FROM answers WHERE listener > 0 OR step > 9")
    half.close()
    write_simulated(tmp_path / "study", plan)
    again = read_ratings(tmp_path / "study", plan, kind=SIMULATED).scores
    assert again["value"].tolist() == whole["value"].tolist()


def test_the_database_of_another_plan_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="ratings of another plan"):
        Store(store.path, "other", n_listeners=3)


@pytest.mark.parametrize("kind", ["folder", "text", "nowhere", "other_database"])
def test_what_is_no_database_or_cannot_be_made_is_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("not a database\n" * 100)
    elif kind == "nowhere":
        path = tmp_path / "gone" / "ratings.sqlite"
    else:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE study (colour TEXT)")
    with pytest.raises(InputError, match="cannot be used") as caught:
        Store(path, "plan", n_listeners=1)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written_to_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path / "r.sqlite", "plan", n_listeners=1).close()
    connect = sqlite3.connect

    def read_only(path: Path, **options: object) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    # Tests may run as one who may write anywhere: the file is opened for reading instead.
    monkeypatch.setattr("v2ra.study.store.sqlite3.connect", read_only)
    with pytest.raises(InputError, match="a folder that can be written to"):
        Store(tmp_path / "r.sqlite", "plan", n_listeners=1)


def test_nothing_is_kept_of_a_person(store: Store) -> None:
    rate(store, 0)
    tables = store._all("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    columns = {name: {row[1] for row in store._all(f"PRAGMA table_info({name})")} for name, _ in tables}
    assert columns == {
        "study": {"plan", "listener_kind"},
        "listeners": {"listener", "token"},
        "plays": {"listener", "step", "stimulus", "seconds", "ended_at"},
        "answers": {"listener", "listener_kind", "step", "kind", "stimuli", "repeat", "question", "value"}
        | {"n_plays", "answered_at"},
    }
