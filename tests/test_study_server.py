"""A listener without a browser: start, answer, lose the server midway, go on, finish; and what is refused."""

import json
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.study_process import ENVIRONMENT, StudyProcess, study_command
from v2ra.study.plan import Plan
from v2ra.study.plan_file import read_plan
from v2ra.study.ratings import read_ratings
from v2ra.study.session import session

MakeStudy = Callable[..., Plan]


class Server(StudyProcess):
    """A server that is asked without a browser."""

    def ask(self, path: str, token: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Return status and content, JSON decoded."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"http://127.0.0.1:{self.port}/{path}?token={token}"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(address, data, headers), timeout=60
            ) as response:
                status, content, kind = response.status, response.read(), response.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            status, content, kind = error.code, error.read(), error.headers["Content-Type"]
        return status, json.loads(content) if (kind or "").startswith("application/json") else content

    def answer(self, token: str, state: dict[str, Any]) -> dict[str, Any]:
        """Play all to the end, answer with the first choices, and return the next state."""
        for medium in state["media"]:
            assert self.ask(f"media/{medium['id']}", token)[0] == 200
            played = {"step": state["step"], "stimulus": medium["id"], "seconds": 0.5}
            assert self.ask("played", token, played)[0] == 200
        answers = {question["key"]: question["choices"][0][0] for question in state["questions"]}
        status, told = self.ask("answer", token, {"step": state["step"], "answers": answers})
        assert status == 200, told
        assert isinstance(told, dict)
        return told


@pytest.fixture
def server(tmp_path: Path, make_study: MakeStudy) -> Iterator[Server]:
    make_study(tmp_path / "study")
    running = Server(tmp_path / "study")
    running.start()
    yield running
    running.kill()


def test_a_session_survives_a_killed_server_and_every_answer_is_kept(server: Server) -> None:
    plan, token = read_plan(server.folder), server.tokens[1]
    steps = session(plan, 1)
    state = server.ask("state", token)[1]
    for number in range(len(steps)):
        assert (state["step"], state["n_steps"], state["done"]) == (number, len(steps), False)
        assert [medium["id"] for medium in state["media"]] == list(steps[number].stimuli)
        if number in (2, len(steps) // 2):  # in the checks, and among the ratings
            server.kill()
            server.start()
            assert server.tokens[1] == token
            assert server.ask("state", token)[1] == state
        state = server.answer(token, state)
    assert state["done"]
    ratings = read_ratings(server.folder, plan)
    assert ratings.finished == (1,)
    rated = [step for step in steps if step.kind in ("training", "rating")]
    assert len(ratings.scores) == sum(len(step.questions) for step in rated)
    assert set(ratings.scores["value"]) == {5}
    assert set(ratings.scores["listener_kind"]) == {"person"}
    assert ratings.scores["repeat"].sum() == 3
    first = [plan.stimuli[step.stimuli[0]].system for step in steps if step.kind == "pair"]
    assert ratings.choices["chosen"].tolist() == first


def test_two_listeners_at_once_do_not_disturb_each_other(server: Server) -> None:
    def listen(token: str) -> None:
        state = server.ask("state", token)[1]
        while not state["done"]:
            state = server.answer(token, state)

    threads = [threading.Thread(target=listen, args=(token,)) for token in server.tokens[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    plan = read_plan(server.folder)
    ratings = read_ratings(server.folder, plan)
    assert ratings.finished == (0, 1)
    for listener in (0, 1):
        places = {step.stimuli for step in session(plan, listener) if step.kind == "rating"}
        assert (
            ratings.scores.query("listener == @listener and kind == 'rating'")["place"].nunique()
            == len(places) + 1
        )


def test_no_answer_counts_before_the_end_of_the_clip_nor_a_second_time(server: Server) -> None:
    token = server.tokens[0]
    assert server.answer(token, server.ask("state", token)[1])["step"] == 1
    early = {"step": 1, "answers": {"level": 1}}
    assert server.ask("answer", token, early) == (409, {"error": "Not kept: play it to the end first"})
    again = {"step": 0, "answers": {"consent": 1}}
    assert server.ask("answer", token, again)[0] == 409
    assert "first answer stands" in server.ask("answer", token, again)[1]["error"]
    assert server.ask("state", token)[1]["step"] == 1


def test_a_used_token_shows_the_end_and_takes_nothing_more(server: Server) -> None:
    token = server.tokens[2]
    state = server.ask("state", token)[1]
    while not state["done"]:
        state = server.answer(token, state)
    assert (state["media"], state["questions"]) == ([], [])
    assert server.ask("answer", token, {"step": state["step"], "answers": {}})[0] == 409
    assert server.ask("answer", token, {"step": 5, "answers": {"clarity": 1}})[0] == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("answer", b"{", 400),
        ("answer", b"[]", 400),
        ("answer", {"step": 0}, 400),
        ("answer", {"step": 0, "answers": {}}, 400),
        ("answer", {"step": 0, "answers": {"consent": 2}}, 400),
        ("answer", {"step": 0, "answers": {"consent": True}}, 400),
        ("answer", {"step": 0, "answers": {"consent": "1"}}, 400),
        ("answer", {"step": "0", "answers": {"consent": 1}}, 409),
        ("answer", {"step": 3, "answers": {"consent": 1}}, 409),
        ("played", {"step": 0, "stimulus": "x", "seconds": 1}, 400),
        ("played", {"step": 1, "stimulus": "x", "seconds": 1}, 409),
        ("answer", b"x" * 20_000, 400),
    ],
)
def test_what_the_page_would_not_send_is_refused_and_changes_nothing(
    path: str, body: object, status: int, one_server: Server
) -> None:
    token = one_server.tokens[0]
    try:
        assert one_server.ask(path, token, body)[0] == status
    except (ConnectionError, urllib.error.URLError):  # a body that is too long ends the connection
        assert isinstance(body, bytes)
    assert one_server.ask("state", token)[1]["step"] == 0


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory, make_study: MakeStudy) -> Iterator[Server]:
    """Return a server that tests leave as it was."""
    folder = tmp_path_factory.mktemp("one") / "study"
    make_study(folder)
    running = Server(folder)
    running.start()
    yield running
    running.kill()


@pytest.mark.parametrize("token", ["", "wrong", "%27%20OR%201=1"])
def test_without_a_known_token_there_is_nothing(token: str, one_server: Server) -> None:
    plan = read_plan(one_server.folder)
    for path in ("state", f"media/{plan.items[0].id}"):
        assert one_server.ask(path, token)[0] == 403
    assert one_server.ask("answer", token, {"step": 0, "answers": {"consent": 1}})[0] == 403


def test_nothing_that_is_served_tells_a_system(one_server: Server) -> None:
    plan, token = read_plan(one_server.folder), one_server.tokens[0]
    for path in ("plan.json", "media/plan.json", "media/..%2fplan.json", "ratings.sqlite", "stimuli"):
        assert one_server.ask(path, token)[0] == 404
    assert one_server.ask(f"media/{plan.items[0].id}", token)[0] == 404, "clips of later steps are not served"
    words = {item.system for item in plan.items} | {item.clip for item in plan.items}
    told = json.dumps(one_server.ask("state", token)[1]) + one_server.ask("", token)[1].decode()
    assert not [word for word in words if word in told]
    assert not [item for item in plan.stimuli.values() if item.system and item.system in item.file]


def test_the_page_needs_nothing_from_elsewhere(one_server: Server) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{one_server.port}/") as response:
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in response.headers
    for path in ("", "page.css", "page.js"):
        status, text = one_server.ask(path, "")
        assert status == 200
        assert b"://" not in text


def test_a_clip_is_served_in_pieces_and_says_nothing_of_when_it_was_made(one_server: Server) -> None:
    plan, token = read_plan(one_server.folder), one_server.tokens[1]
    one_server.answer(token, one_server.ask("state", token)[1])
    address = f"http://127.0.0.1:{one_server.port}/media/{plan.level[0].id}?token={token}"
    request = urllib.request.Request(address, headers={"Range": "bytes=0-3"})
    with urllib.request.urlopen(request) as response:
        assert (response.status, response.read()) == (206, b"RIFF")
        assert response.headers["Content-Type"] == "audio/wav"
        assert "Last-Modified" not in response.headers


def serve_once(folder: Path, *options: str) -> tuple[int, str]:
    """Return status and errors of a server that does not start."""
    done = subprocess.run(
        study_command("serve", str(folder), *options),
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_port_in_use_is_one_line(tmp_path: Path, make_study: MakeStudy) -> None:
    make_study(tmp_path / "study")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, told = serve_once(tmp_path / "study", "--port", str(taken.getsockname()[1]))
    assert status == 2
    assert told.startswith("error: found 127.0.0.1:")
    assert told.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_server_ends_well(server: Server, number: signal.Signals) -> None:
    server.process.send_signal(number)
    assert server.process.wait(30) == 0
    assert server.process.stdout is not None
    assert server.process.stdout.read() == "stopped; the same command goes on\n"
