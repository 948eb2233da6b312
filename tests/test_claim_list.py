"""The list of claims: each stands where it says, and each source is something that a notebook leaves."""

import re
from pathlib import Path

import pytest

from v2ra.claim_list import KINDS, Claim, load_claims, printed_value
from v2ra.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"TABLE \d|Algorithm 1")
LEFT_OUT = re.compile(r"Fig\. \d|\$\$|\d\. <?http|• ")
HEADING = re.compile(r"(\d(?:\.\d)*) [A-Z]")

each_claim = pytest.mark.parametrize("claim", load_claims(), ids=lambda claim: claim.id)


def notebooks() -> dict[str, set[str]]:
    """Return what each notebook leaves by the Snakefile."""
    text = (ROOT / "Snakefile").read_text(encoding="utf-8")
    entries = re.split(r'^    "(\d\d_\w+)": ', text, flags=re.MULTILINE)[1:]
    return {
        name: set(re.findall(r'"(\w+)"', body.split("\n}")[0]))
        for name, body in zip(entries[::2], entries[1::2], strict=True)
    }


def sentences(text: str) -> dict[str, list[str]]:
    """Return the sentences of each section of the paper, as the first line of claims.csv says."""
    parts: dict[str, list[str]] = {}
    section, in_block = "", False
    for raw in text.splitlines():
        line = raw.strip()
        if line == "REFERENCES":
            break
        heading = HEADING.match(line)
        if line.startswith("Abstract") or (heading and len(line) < 70):
            section, in_block = (heading[1] if heading else "Abstract"), False
            parts[section] = [] if heading else [line]
            continue
        in_block = in_block or bool(BLOCK.match(line))
        if in_block and (len(line) <= 150 or "\t" in raw or line.startswith("-")):
            continue  # rows of a table, steps of an algorithm
        in_block = False
        if section and line and not LEFT_OUT.match(line):
            parts[section].append(line)
    return {name: _split(" ".join(lines)) for name, lines in parts.items()}


def _split(text: str) -> list[str]:
    found: list[str] = []
    for piece in re.split(r'(?<=[.?!"”])\s+(?=[A-Z“"0-9(])', text):
        if found and re.search(r"(Fig|e\.g|i\.e|et al|Eq)\.$|^\d\.$", found[-1]):
            found[-1] += " " + piece
        elif re.search(r": \d\.$", piece):  # the number of a list is no sentence
            found.append(piece[:-3])
        else:
            found.append(piece)
    return found


@pytest.fixture(scope="module")
def paper(shared: Path) -> dict[str, list[str]]:
    """Return the sentences of the paper by section."""
    return sentences((shared / "paper" / "v2ra-paper.txt").read_text(encoding="utf-8"))


def test_claims_have_names_of_their_own_and_a_known_kind() -> None:
    names = [claim.id for claim in load_claims()]
    assert len(names) == len(set(names)) > 20
    assert {claim.kind for claim in load_claims()} == set(KINDS)


@each_claim
def test_a_claim_stands_in_the_sentence_that_it_names(claim: Claim, paper: dict[str, list[str]]) -> None:
    assert claim.words in paper[claim.section][int(claim.sentence) - 1]


@each_claim
def test_a_claim_that_is_measured_names_a_table_that_its_notebook_leaves(claim: Claim) -> None:
    if claim.kind == "statement":
        assert claim.note
        assert not claim.table + claim.rows + claim.notebook
        return
    re.compile(claim.rows)
    assert claim.table in notebooks()[claim.notebook]


@each_claim
def test_a_printed_number_is_found_in_the_published_tables(claim: Claim) -> None:
    assert (printed_value(claim.published) == printed_value(claim.published)) == bool(claim.published)


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("table7", "expected 'TABLE COLUMN: ROW"),
        ("table7 osg: no such row", "no 'no such row' in table7"),
        ("table7 price: Full system", "no 'Full system' in table7"),
        ("table0 osg: Full system", "the name 'table0'"),
    ],
)
def test_a_place_that_does_not_exist_is_refused(reference: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        printed_value(reference)


def test_every_section_with_claims_of_results_is_read() -> None:
    sections = {claim.section for claim in load_claims()}
    assert sections >= {
        "Abstract",
        "3.1",
        "3.2",
        "3.3",
        "4.1",
        "4.2",
        "4.3.2",
        "4.3.3",
        "4.4.1",
        "4.4.2",
        "4.5",
    }
    assert sections >= {"4.6", "4.7", "5"}
