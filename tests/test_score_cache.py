"""Results that are computed once: keys, the cache on disk, several processes."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from v2ra.errors import InputError
from v2ra.score_cache import Runner, code_version, digest


def squares(tasks: list[int]) -> list[dict[str, Any]]:
    """Return the square of each number."""
    return [{"square": task**2} for task in tasks]


def refusal(tasks: list[int]) -> list[dict[str, Any]]:
    """Refuse the first number."""
    raise InputError(f"found {tasks[0]}")


def test_results_come_in_the_order_of_the_tasks_and_equal_keys_once() -> None:
    seen: list[list[int]] = []

    def counted(tasks: list[int]) -> list[dict[str, Any]]:
        seen.append(tasks)
        return squares(tasks)

    found = Runner().run(counted, [3, 1, 3, 2], ["c", "a", "c", "b"], batch_size=2)
    assert [result["square"] for result in found] == [9, 1, 9, 4]
    assert seen == [[3, 1], [2]]
    assert Runner().run(squares, [], []) == []


def test_what_was_finished_before_a_stop_is_not_computed_again(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "kept")

    def stops(tasks: list[int]) -> list[dict[str, Any]]:
        if tasks == [3]:
            raise KeyboardInterrupt
        return squares(tasks)

    with pytest.raises(KeyboardInterrupt):
        runner.run(stops, [1, 2, 3], ["a", "b", "c"])
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["a.json", "b.json"]
    seen: list[int] = []

    def counted(tasks: list[int]) -> list[dict[str, Any]]:
        seen.extend(tasks)
        return squares(tasks)

    found = runner.run(counted, [1, 2, 3], ["a", "b", "c"])
    assert [result["square"] for result in found] == [1, 4, 9]
    assert seen == [3]


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_damaged_file_is_computed_again(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    assert Runner(tmp_path).run(squares, [4], ["a"]) == [{"square": 16}]
    assert Runner(tmp_path).run(refusal, [4], ["a"]) == [{"square": 16}]


def test_numbers_come_back_from_the_cache_as_they_were(tmp_path: Path) -> None:
    values = [{"value": value} for value in (0.1 + 0.2, 1e-300, -0.0)]
    for _ in range(2):
        found = Runner(tmp_path).run(lambda tasks: [values[k] for k in tasks], [0, 1, 2], ["a", "b", "c"])
        assert [repr(result["value"]) for result in found] == ["0.30000000000000004", "1e-300", "-0.0"]


def test_two_processes_give_what_one_gives() -> None:
    tasks = [{"n": n} for n in range(5)]
    # A function that the other processes can import, and quickly.
    found = [Runner(n_jobs=n).run(copy.copy, tasks, list("abcde"), batch_size=2) for n in (1, 2)]
    assert found[0] == found[1] == tasks


def test_keys_tell_sounds_settings_and_code_apart() -> None:
    sound = np.ones(4)
    others = (np.ones(4, np.float32), np.ones((2, 2)), np.zeros(4), [1.0] * 4)
    assert len({digest(part) for part in (sound, *others)}) == 5
    assert digest(sound, 1) != digest(sound, 2) != digest(1, sound)
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(sound[::-1]) == digest(sound.copy())
    assert code_version("peaq") != code_version("peaq", "similarity")
    with pytest.raises(InputError, match="no module beauty"):
        code_version("beauty")
