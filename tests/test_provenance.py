"""Tables and figures with their sidecars, and what a run says about itself."""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

from v2ra import environment, provenance
from v2ra.errors import InputError


@pytest.fixture
def run() -> dict[str, Any]:
    """Return the details of a run."""
    return provenance.details(notebook="00_tour.ipynb", profile="smoke", parameters={"SEED": 3}, seeds=[3])


def drawing() -> Figure:
    """Return a figure with a line, a label and a legend: everything that gets an id in an SVG."""
    figure = Figure(figsize=(2, 1))
    axes = figure.add_subplot(xlabel="time (s)")
    axes.plot([0, 1], [0, 1], label="a")
    axes.legend()
    return figure


def test_a_table_comes_as_three_files_and_its_sidecar_names_their_hashes(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    path = provenance.save_table(
        pd.DataFrame({"seed": [0, 1], "f": [0.5, 1 / 3]}), "table7", directory=tmp_path, details=run
    )

    assert sorted(file.name for file in tmp_path.iterdir()) == ["table7.csv", "table7.json", "table7.md"]
    assert path.read_text() == "seed,f\n0,0.5\n1,0.333333\n"
    sidecar = json.loads((tmp_path / "table7.json").read_text())
    assert sidecar["files"]["table7.csv"] == provenance.sha256_of(path)
    assert set(provenance.SIDECAR_KEYS) < set(sidecar)
    assert sidecar["parameters"] == {"SEED": 3}
    assert (sidecar["seeds"], sidecar["commit"]) == ([3], environment.commit())


def test_the_given_markdown_is_written_as_it_is(tmp_path: Path, run: dict[str, Any]) -> None:
    provenance.save_table(
        pd.DataFrame({"f": [0.5]}), "table1", directory=tmp_path, details=run, markdown="| as printed |"
    )
    assert (tmp_path / "table1.md").read_text() == "| as printed |\n"


def test_noise_in_the_last_bits_changes_no_table(tmp_path: Path, run: dict[str, Any]) -> None:
    texts = []
    for value in (0.1 + 0.2, 0.3):
        path = provenance.save_table(pd.DataFrame({"x": [value]}), "table5", directory=tmp_path, details=run)
        texts.append(path.read_text())
    assert texts[0] == texts[1] == "x\n0.3\n"


def test_a_named_index_becomes_a_column_and_an_unnamed_one_is_dropped(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    table = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["dog", "bird"], name="category"))
    named = provenance.save_table(table, "table8", directory=tmp_path, details=run).read_text()
    assert named == "category,x\ndog,1\nbird,2\n"
    table.index.name = None
    assert provenance.save_table(table, "table8", directory=tmp_path, details=run).read_text() == "x\n1\n2\n"


def test_equal_figures_give_equal_bytes_and_no_date(tmp_path: Path, run: dict[str, Any]) -> None:
    for folder in ("a", "b"):
        provenance.save_figure(drawing(), "figure05_spectra", directory=tmp_path / folder, details=run)
    for suffix in ("png", "svg"):
        first, second = ((tmp_path / folder / f"figure05_spectra.{suffix}").read_bytes() for folder in "ab")
        assert first == second
    assert b"dc:date" not in (tmp_path / "a" / "figure05_spectra.svg").read_bytes()
    assert mpl.rcParams["svg.hashsalt"] is None


@pytest.mark.parametrize(
    "name", ["table0", "table10", "figure01", "table1-a", "Table1", "table1_", "../table1"]
)
def test_a_table_of_another_name_is_refused(tmp_path: Path, run: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match="expected table1"):
        provenance.save_table(pd.DataFrame({"x": [1]}), name, directory=tmp_path, details=run)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["table9", "table7_seeds", "supplement_speed"])
def test_tables_of_the_paper_and_of_the_supplement_are_taken(
    tmp_path: Path, run: dict[str, Any], name: str
) -> None:
    assert provenance.save_table(pd.DataFrame({"x": [1]}), name, directory=tmp_path, details=run).is_file()


@pytest.mark.parametrize("name", ["figure13", "figure01a_scales", "supplement_losses"])
def test_figures_and_their_parts_are_taken(tmp_path: Path, run: dict[str, Any], name: str) -> None:
    assert provenance.save_figure(Figure((1, 1)), name, directory=tmp_path, details=run).is_file()


@pytest.mark.parametrize("name", ["figure1", "figure00", "figure14", "table1"])
def test_a_figure_of_another_name_is_refused(tmp_path: Path, run: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match="expected figure01"):
        provenance.save_figure(drawing(), name, directory=tmp_path, details=run)


def test_an_empty_table_and_a_sidecar_without_a_commit_are_refused(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="found no rows"):
        provenance.save_table(pd.DataFrame({"x": []}), "table1", directory=tmp_path, details=run)
    del run["commit"]
    with pytest.raises(InputError, match="found no \\['commit'\\]"):
        provenance.save_table(pd.DataFrame({"x": [1]}), "table1", directory=tmp_path, details=run)
    assert not list(tmp_path.iterdir())


def test_a_failure_half_way_keeps_the_old_files_and_leaves_no_others(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    table = pd.DataFrame({"x": [1]})
    provenance.save_table(table, "table1", directory=tmp_path, details=run)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="JSON"):
        provenance.save_table(
            table + 1, "table1", directory=tmp_path, details=run | {"seeds": [float("nan")]}
        )
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_seconds_of_a_result_end_when_it_is_saved(
    tmp_path: Path, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Notebooks ask for the details before they compute.
    started = provenance._STARTED
    monkeypatch.setattr(provenance, "_STARTED", started - 1000)
    provenance.save_table(pd.DataFrame({"x": [1]}), "table1", directory=tmp_path, details=run)
    assert json.loads((tmp_path / "table1.json").read_text())["seconds"] >= run["seconds"] + 1000


def test_a_sidecar_names_no_folder_of_the_machine(
    tmp_path: Path, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {
        "IN": tmp_path / "runs" / "quick",
        "OUT": "/elsewhere/sounds",
        "NEAR": Path("tables"),
        "N": np.int64(3),
    }
    provenance.save_table(
        pd.DataFrame({"x": [1]}), "table1", directory=tmp_path, details=run | {"parameters": places}
    )
    text = (tmp_path / "table1.json").read_text()
    assert json.loads(text)["parameters"] == {"IN": "runs/quick", "OUT": "sounds", "NEAR": "tables", "N": 3}
    assert str(tmp_path) not in text


def test_a_data_set_is_known_by_the_hash_of_its_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "data" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text("abc")
    run = provenance.details(notebook="x", profile="smoke", parameters={}, dataset=manifest)
    # FIPS 180-2, appendix B.1: SHA-256 of "abc".
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert run["dataset"] == {"name": "data", "sha256": sha256}
    with pytest.raises(InputError, match="expected a manifest"):
        provenance.details(notebook="x", profile="smoke", parameters={}, dataset=tmp_path / "none.json")


def draws() -> list[float]:
    """Return one draw from every global generator."""
    return [random.random(), float(np.random.rand()), float(torch.rand(()))]  # noqa: NPY002


def test_a_seed_fixes_the_draws_of_every_generator() -> None:
    provenance.seed_everything(5)
    first = draws()
    assert all(one != other for one, other in zip(draws(), first, strict=True))
    provenance.seed_everything(5)
    assert draws() == first
    with pytest.raises(InputError, match="expected 0 to 4294967295"):
        provenance.seed_everything(-1)


def git(folder: Path, *arguments: str) -> str:
    """Return what git says in a folder, for an author of no account."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with one commit, from which the package seems to run."""
    (tmp_path / "v2ra").mkdir()
    module = tmp_path / "v2ra" / "environment.py"
    module.write_text("")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    monkeypatch.setattr(environment, "__file__", str(module))
    return tmp_path


def test_the_commit_is_that_of_the_checkout_and_a_changed_source_makes_it_dirty(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")
    (checkout / "tables").mkdir()
    (checkout / "tables" / "table1.csv").write_text("a result changes no source")
    assert environment.commit() == head
    (checkout / "v2ra" / "new.py").write_text("")
    assert environment.commit() == head + "+dirty"


def test_a_package_that_git_does_not_track_has_no_commit(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site_packages = checkout / "lib" / "environment.py"
    site_packages.parent.mkdir()
    site_packages.write_text("")
    for place in (site_packages, tmp_path_factory.mktemp("plain") / "environment.py"):
        monkeypatch.setattr(environment, "__file__", str(place))
        assert environment.commit() == "unknown"


def test_without_git_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(os.devnull).parent / "no-programs"))
    assert environment.commit() == "unknown"


def test_a_library_that_is_not_installed_reads_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-library"))
    found = environment.versions()
    assert found["numpy"] == np.__version__
    assert found["no-such-library"] == "absent"


def test_show_prints_versions_device_and_commit(capsys: pytest.CaptureFixture[str]) -> None:
    provenance.show()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["versions", "device", "commit"]
    assert f"torch {torch.__version__}".split("+")[0] in lines[0]
