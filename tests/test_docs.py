"""What the texts for people name exists: files, configuration keys, verbs, targets."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import typer.main
import yaml

from v2ra.cli import app
from v2ra.config import Config

ROOT = Path(__file__).resolve().parent.parent
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("notebooks/*.md")])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_configuration_key_in_a_text_exists(path: Path) -> None:
    sections = {field.name: getattr(Config(), field.name) for field in dataclasses.fields(Config)}
    named = re.findall(rf"(?<![\w./])({'|'.join(sections)})\.(\w+)", path.read_text(encoding="utf-8"))
    assert [f"{section}.{key}" for section, key in named if not hasattr(sections[section], key)] == []
    if path.name == "PAPER_NOTES.md":
        assert len(named) > 30


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_module_and_function_in_a_text_exists(path: Path) -> None:
    names = re.findall(r"`v2ra\.([\w.]+)`", path.read_text(encoding="utf-8"))
    for name in names:
        module, _, member = name.partition(".")
        file = ROOT / "v2ra" / f"{module}.py"
        if not file.is_file():
            file = ROOT / "v2ra" / module / "__init__.py"
        assert re.search(rf"\b{member}\b", file.read_text(encoding="utf-8")), name


def test_the_readme_names_every_verb_of_the_command_line() -> None:
    command = typer.main.get_command(app)
    verbs = set(getattr(command, "commands", {}))
    named = set(re.findall(r"v2ra (\w[\w-]*)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert verbs == named


def test_paper_notes_are_numbered_without_a_gap() -> None:
    text = (ROOT / "PAPER_NOTES.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^(\d+)\. \*\*", text, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 30


def test_the_paper_notes_say_what_the_committed_grades_say() -> None:
    text = " ".join((ROOT / "PAPER_NOTES.md").read_text(encoding="utf-8").split()).replace("−", "-")
    odg = pd.read_csv(ROOT / "tables" / "supplement_odg_protocols.csv").set_index(["protocol", "system"])[
        "mean"
    ]
    real, coded = (odg[name].to_dict() for name in ("against the real sound", "its AAC version"))
    # a run on another processor moves a grade by less than a tenth
    pattern = r"graded (-[\d.]+) \(tuned\) and (-[\d.]+) \(paper\).*?"
    pattern += r"(-[\d.]+) for the real sound, (-[\d.]+) tuned, (-[\d.]+) paper"
    said = [float(number) for number in re.findall(pattern, text)[0]]
    held = [real["tuned"], real["paper"], coded["ground_truth"], coded["tuned"], coded["paper"]]
    assert said == pytest.approx(held, abs=0.1)
    tau = pd.read_csv(ROOT / "tables" / "supplement_similarity_readings.csv").query("tau < 1")["tau"]
    ends = [float(number) for number in re.findall(r'tau with "gygi" ([\d.]+) to ([\d.]+)', text)[0]]
    assert ends == pytest.approx([tau.min(), tau.max()], abs=0.005)


def test_the_readmes_name_what_the_pipeline_makes() -> None:
    made = set(
        re.findall(r'"((?:table|figure|supplement)\d*\w*)"', (ROOT / "Snakefile").read_text(encoding="utf-8"))
    )
    text = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "notebooks" / "README.md").read_text(
        "utf-8"
    )
    named = set(re.findall(r"`(?:tables/|figures/)?((?:table\d|figure\d\d|supplement_)\w*)`", text))
    named |= {"table1", "table2", "table3", "table4"} & set(re.findall(r"\btable\d\b", text))
    assert made - named == set()
    assert {name for name in named if not name.startswith("table")} - made == set()


def test_the_citation_has_the_version_and_licence_of_the_project() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert [author["family-names"] for author in citation["references"][0]["authors"]] == [
        "Liu",
        "Li",
        "Cheng",
    ]
