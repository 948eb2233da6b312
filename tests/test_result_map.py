"""The README's map names what the sidecars name, by the command that makes it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.reproduction import notebook_named
from v2ra.result_map import Made, main, minutes_text, results_of, updated_map
from v2ra.workspace import checkout

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def without_minutes(text: str) -> str:
    """Return the map without the column that changes with the machine."""
    return re.sub(r"(\| `ONLY=\d\d` \|) [\d.]+ \|", r"\1 |", text)


def write_sidecar(folder: Path, name: str, **content: object) -> None:
    """Write what a result says of itself."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content))


def test_the_readme_has_the_map_that_the_committed_results_make() -> None:
    # `python -m v2ra.result_map --write` after `make reproduce` sets it; minutes may differ.
    found = results_of([ROOT / "tables", ROOT / "figures"])
    assert without_minutes(updated_map(README, found)) == without_minutes(README)
    assert len(found) >= 13
    rows = set(re.findall(r"^\|.*\| `(\d\d_\w+)` \|.*`ONLY=", README, flags=re.MULTILINE))
    assert rows >= set(found)


def test_both_readmes_say_the_same_minutes_of_a_notebook() -> None:
    listed = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    own = dict(re.findall(r"^\| `(\d\d_\w+)` \|[^|]*\|[^|]*\| ([\d.]+) \|", listed, flags=re.MULTILINE))
    mapped = dict(re.findall(r"\| `(\d\d_\w+)` \|[^|]*\| `ONLY=\d\d` \| ([\d.]+) \|", README))
    assert own == mapped


def test_a_row_of_the_list_of_notebooks_gets_its_minutes_alone() -> None:
    row = "| `13_optimization` | Table 8 | Do they help? | 1 | `table8` |"
    found = {"13_optimization": Made(90, {"tables": ["table8", "table9"]})}
    assert updated_map(row, found) == row.replace("| 1 |", "| 1.5 |")
    assert updated_map(row, {}) == row


def test_every_row_of_the_readme_names_a_notebook_its_command_and_its_minutes() -> None:
    rows = re.findall(r"\| `(\d\d_\w+)` \|[^|]*\| `ONLY=(\d\d)` \| ([\d.]+) \| (.+) \|", README)
    assert {name for name, *_ in rows} == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    for name, number, minutes, result in rows:
        assert notebook_named(number) == name
        assert 0 < float(minutes) < 60
        assert result.strip()


def test_the_longest_time_of_a_notebook_counts_and_scripts_are_left_out(tmp_path: Path) -> None:
    tables, figures = tmp_path / "tables", tmp_path / "figures"
    write_sidecar(tables, "table8", notebook="13_optimization.ipynb", seconds=40)
    write_sidecar(figures, "figure09a", notebook="13_optimization.ipynb", seconds=90)
    write_sidecar(tables, "supplement_seeds_tuned", notebook="seeds.py", seconds=2000)
    expected = Made(90, {"tables": ["table8"], "figures": ["figure09a"]})
    assert results_of([tables, figures]) == {"13_optimization": expected}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"notebook": "x.ipynb", "seconds": "soon"}'])
def test_a_damaged_sidecar_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "table1.json").write_text(text)
    with pytest.raises(InputError, match=r"table1\.json without notebook or seconds"):
        results_of([tmp_path])


@given(st.text())
def test_a_text_without_a_map_stays_as_it_is(text: str) -> None:
    if "`" not in text:
        assert updated_map(text, {"13_optimization": Made(60, {"tables": ["table8"]})}) == text


@given(st.floats(0, 1e5))
def test_updating_twice_is_updating_once(seconds: float) -> None:
    found = {"13_optimization": Made(seconds, {"tables": ["table8"]})}
    row = "| Table 8 | Do they help? | `13_optimization` | `v2ra.schemes` | | | |"
    once = updated_map(row, found)
    assert updated_map(once, found) == once
    assert f"| {minutes_text(seconds)} |" in once


def test_a_notebook_that_left_nothing_keeps_its_words() -> None:
    row = "| all of it | What? | `00_tour` | `v2ra.player` | `ONLY=00` | 0.2 | a player |"
    assert updated_map(row, {}) == row


def test_the_map_is_written_on_request_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "quick.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert checkout() == tmp_path
    write_sidecar(tmp_path / "tables", "table8", notebook="13_optimization.ipynb", seconds=90)
    before = "# Title\n\n| Table 8 | Help? | `13_optimization` | code | | | |\n"
    (tmp_path / "README.md").write_text(before)
    row = "| Table 8 | Help? | `13_optimization` | code | `ONLY=13` | 1.5 | `tables/table8` |"
    assert main([]) == 0
    assert capsys.readouterr().out == row + "\n"
    assert (tmp_path / "README.md").read_text() == before
    assert main(["--write"]) == 0
    assert (tmp_path / "README.md").read_text() == f"# Title\n\n{row}\n"
