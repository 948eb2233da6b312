"""What `make reproduce` and `make verify` tell of the differences to the committed results."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from v2ra import differences
from v2ra.errors import InputError
from v2ra.workspace import Workspace, checkout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with one committed table, changed since."""
    root = tmp_path / "project"
    (root / "tables").mkdir(parents=True)
    (root / "figures").mkdir()
    (root / "tables" / "table4.csv").write_text("grade,impairment\n0,none\n")
    (root / "figures" / "figure01.png").write_bytes(b"x")
    git = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "t"]):
        subprocess.run([*git, *arguments], check=True)
    (root / "tables" / "table4.csv").write_text("grade,impairment\n0,slight\n")
    return root


def test_the_committed_results_are_those_of_head_not_those_that_lie_there(
    repository: Path, tmp_path: Path
) -> None:
    assert differences.committed_results(tmp_path / "head", root=repository)
    assert (tmp_path / "head" / "tables" / "table4.csv").read_text() == "grade,impairment\n0,none\n"


def test_outside_git_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert not differences.committed_results(tmp_path / "head", root=tmp_path / "plain")


def in_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return a workspace whose committed results are the repository's."""
    monkeypatch.setattr(differences, "checkout", lambda: repository)
    monkeypatch.setattr("v2ra.workspace.checkout", lambda: repository)
    workspace = Workspace("quick")
    workspace.folder.mkdir(parents=True)
    return workspace


def test_what_differs_is_listed_and_kept(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = in_repository(repository, monkeypatch)
    text, n_differences = differences.report(workspace)
    assert n_differences == 1
    assert "tables/table4.csv, grade=0, impairment: committed none, regenerated slight" in text
    kept = pd.read_csv(workspace.folder / "differences.csv")
    assert kept["regenerated"].tolist() == ["slight"]


def test_a_long_list_is_cut_and_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = in_repository(repository, monkeypatch)
    for number in range(50):
        (repository / "tables" / f"supplement_x{number}.csv").write_text("a\n1\n")
    text, n_differences = differences.report(workspace)
    assert n_differences == 51
    assert len(text.splitlines()) == differences.MAX_LINES + 3
    assert "… and 11 more" in text


def test_no_difference_is_said_too(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = in_repository(repository, monkeypatch)
    (repository / "tables" / "table4.csv").write_text("grade,impairment\n0,none\n")
    text, n_differences = differences.report(workspace)
    assert n_differences == 0
    assert "no result differs" in text


def test_outside_git_a_run_that_wrote_over_says_so_and_one_beside_compares(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = in_repository(repository, monkeypatch)
    monkeypatch.setattr(differences, "committed_results", lambda target: False)
    assert "outside git" in differences.report(workspace)[0]
    beside = differences.beside_committed(workspace)
    beside.tables.mkdir()
    (beside.tables / "table4.csv").write_text("grade,impairment\n0,slight\n")
    beside.figures.mkdir()
    (beside.figures / "figure01.png").write_bytes(b"y")
    assert differences.report(beside)[1] == 0  # the checkout's own table says "slight" as well


def test_a_verified_run_lies_beside_and_shares_models_and_clips() -> None:
    workspace, beside = Workspace("quick"), differences.beside_committed(Workspace("quick"))
    assert workspace.results == checkout()
    assert beside.results == workspace.folder == beside.folder
    assert beside.run_dir("tuned", "dog", seed=0) == workspace.run_dir("tuned", "dog", seed=0)
    assert beside.pack_path("dog") == workspace.pack_path("dog")


@pytest.mark.parametrize(
    ("workspace", "named"),
    [
        (Workspace("smoke"), "profile smoke; expected quick"),
        (Workspace("quick", "clips"), "clips of your own"),
    ],
)
def test_only_what_is_committed_can_be_verified(workspace: Workspace, named: str) -> None:
    with pytest.raises(InputError, match=named):
        differences.beside_committed(workspace)
