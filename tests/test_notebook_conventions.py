"""Notebooks stay thin: short cells over the package, one cell of parameters, no outputs in the repository."""

import ast
import json
import re
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from v2ra.published import PUBLISHED, load_published

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
MAX_CELLS = 15
MEDIAN_LINES = 5
MAX_CELL_LINES = 15
MAX_LINES = 100
ALLOWED_IMPORTS = {"v2ra", "numpy", "matplotlib", "pathlib"}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    """Return a notebook as its JSON."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(notebook, dict)
    return notebook


def sources(path: Path, cell_type: str = "code") -> list[str]:
    """Return the text of each cell of a type."""
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == cell_type]


def parameters(path: Path) -> list[str]:
    """Return the text of each cell tagged ``parameters``."""
    cells = [cell for cell in read(path)["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    return ["".join(cell["source"]) for cell in cells]


def lines(source: str) -> list[str]:
    """Return the lines of a cell that are not blank."""
    return [line for line in source.splitlines() if line.strip()]


def test_the_notebooks_of_the_paper_exist() -> None:
    numbers = range(18)
    assert {f"{number:02d}" for number in numbers} <= {path.name[:2] for path in NOTEBOOKS}


@each_notebook
def test_code_cells_fit_their_budget(path: Path) -> None:
    counts = [len(lines(source)) for source in sources(path)]
    assert 0 < len(counts) <= MAX_CELLS
    assert max(counts) <= MAX_CELL_LINES
    assert median(counts) <= MEDIAN_LINES
    assert sum(counts) <= MAX_LINES


@each_notebook
def test_code_is_python_that_calls_the_package_and_defines_nothing(path: Path) -> None:
    trees = [ast.parse(source) for source in sources(path)]  # a magic or a shell command does not parse
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assert not [
        n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)
    ]
    assert not [n for n in nodes if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
    modules = {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
    modules |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    assert {str(module).partition(".")[0] for module in modules} <= ALLOWED_IMPORTS
    assert not [s for s in sources(path) if re.search(r"sys\.path|filterwarnings|get_ipython", s)]


@each_notebook
def test_one_cell_of_parameters_holds_plain_values_with_a_comment_each(path: Path) -> None:
    (source,) = parameters(path)
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        assert target.id.isupper()
        ast.literal_eval(statement.value)
    assert [line for line in lines(source) if "#" not in line] == []
    assert "PROFILE" in source


@each_notebook
def test_outputs_and_run_marks_are_stripped(path: Path) -> None:
    notebook = read(path)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "papermill" not in notebook["metadata"]
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert "papermill" not in cell["metadata"]


@each_notebook
def test_the_title_has_the_number_of_the_file(path: Path) -> None:
    title = sources(path, "markdown")[0].splitlines()[0]
    assert title.startswith(f"# {path.name[:2]} — ")


@each_notebook
def test_no_published_number_is_typed_in(path: Path) -> None:
    cells = [
        load_published(name, as_printed=True).to_numpy().ravel() for name in PUBLISHED[4:8]
    ]  # Tables 5 to 8
    printed = {
        str(cell).lstrip("-") for table in cells for cell in table if re.fullmatch(r"-?\d+\.\d{4}", str(cell))
    }
    assert len(printed) > 90
    typed = set(re.findall(r"\d+\.\d+", "\n".join(sources(path))))
    assert typed & printed == set()
