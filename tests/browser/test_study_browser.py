"""The study in a browser: a listener goes from consent to the end, by keyboard too, and loses the server midway."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.study_process import ENVIRONMENT, StudyProcess, study_command
from v2ra.study.plan import Plan
from v2ra.study.plan_file import read_plan
from v2ra.study.session import session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# Clips are played four times as fast; that they end is the browser's own event.
FASTER = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () { this.playbackRate = 4; return play.call(this); };
"""
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}


@pytest.fixture
def served(tmp_path: Path, make_study: Callable[..., Plan]) -> Iterator[StudyProcess]:
    make_study(tmp_path / "study", pairs=[("tuned", "real")])
    study = StudyProcess(tmp_path / "study")
    study.start()
    yield study
    study.kill()


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    width, height = SIZES["phone"]
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.add_init_script(FASTER)
    page.set_default_timeout(60_000)
    yield page
    page.close()


def wait_for_step(page: "Page", number: int) -> None:
    """Wait until the page shows a step."""
    page.wait_for_function("number => shown && shown.step === number", arg=number)


def play_all(page: "Page") -> None:
    """Play everything to its end."""
    for button in page.locator("#media button").all():
        button.click()
        page.wait_for_function("() => !document.querySelector('#media button:disabled')")
    page.wait_for_function("() => !document.getElementById('next').disabled")


def answer(page: "Page", grade: int) -> None:
    """Take a choice of each question, by its place, and go on."""
    for group in page.locator("fieldset").all():
        labels = group.locator("label")
        labels.nth(min(grade, labels.count() - 1)).click()
    page.locator("#next").click()


def test_a_study_is_taken_from_start_to_end_and_survives_the_servers_death(
    served: StudyProcess, page: "Page"
) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    address = served.addresses[0]
    steps = session(read_plan(served.folder), 0)
    middle = next(number for number, step in enumerate(steps) if step.kind == "rating") + 1
    page.goto(address)
    for number, step in enumerate(steps):
        wait_for_step(page, number)
        assert page.evaluate("() => document.activeElement.id") == "heading"
        assert page.locator("#next").is_disabled() == bool(step.stimuli)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "wider than a phone"
        play_all(page)
        if number == middle:
            assert complaints == []
            survive(served, page, address, number)
            complaints.clear()  # that the server was gone
            play_all(page)
        answer(page, number % 4)
    page.wait_for_function("() => shown.done")
    assert page.locator("h1").inner_text() == "Thank you"
    assert page.locator("button:visible").count() == 0
    assert complaints == []
    assert [url for url in requests if not url.startswith(f"http://127.0.0.1:{served.port}/")] == [
        "data:,"
    ] * 0
    exported(served, steps)


def survive(served: StudyProcess, page: "Page", address: str, number: int) -> None:
    """Kill the server under an answer, start it again, and find the same step; nothing was lost or kept twice."""
    served.kill()
    answer(page, 0)
    page.wait_for_selector("#message.wrong")
    assert "Nothing is lost" in page.locator("#message").inner_text()
    served.start()
    assert served.addresses[0] == address
    page.goto(address)
    wait_for_step(page, number)


def exported(served: StudyProcess, steps: Any) -> None:
    """Check what the command line says of the session afterwards."""
    out = served.folder / "out"
    subprocess.run(
        study_command("export", str(served.folder), "--out", str(out)), env=ENVIRONMENT, check=True
    )
    scores, listeners = pd.read_csv(out / "scores.csv"), pd.read_csv(out / "listeners.csv")
    rated = [step for step in steps if step.kind in ("training", "rating")]
    assert len(scores) == 3 * len(rated)
    assert listeners["finished"].tolist() == [True]
    assert set(scores["listener_kind"]) == {"person"}
    places = scores.drop_duplicates("place")["place"].tolist()
    assert scores.drop_duplicates("place")["value"].tolist() == [5 - place % 4 for place in places]


def test_a_clip_is_rated_by_keyboard_alone(served: StudyProcess, page: "Page") -> None:
    page.goto(served.addresses[1])
    wait_for_step(page, 0)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_step(page, 1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.getElementById('next').disabled")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_step(page, 2)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.getElementById('next').disabled")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_step(page, 3)


def test_controls_have_names_and_a_page_that_is_too_early_says_so(served: StudyProcess, page: "Page") -> None:
    page.goto(served.addresses[2])
    wait_for_step(page, 0)
    page.get_by_role("button", name="I have read this and take part").click()
    wait_for_step(page, 1)
    assert page.get_by_role("progressbar", name="Progress").count() == 1
    assert page.get_by_role("status").inner_text() == "Play it to the end first."
    play_all(page)
    page.get_by_role("button", name="Yes, go on").click()
    wait_for_step(page, 2)
    play_all(page)
    page.locator("#next").click()
    assert page.get_by_role("status").inner_text() == "Choose one first."
    group = page.get_by_role("group", name="Which of the three tones was the quietest?")
    assert group.get_by_role("radio").count() == 3


def test_an_unknown_address_says_so(served: StudyProcess, page: "Page") -> None:
    page.goto(served.addresses[0] + "x")
    page.wait_for_selector("#message.wrong")
    assert page.locator("#message").inner_text() == "This address is not known: check that it is whole"
