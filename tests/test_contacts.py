"""Contacts survive a round trip through text, and a bad line is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.contacts import Contact, read_times, write_times
from v2ra.errors import InputError

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=12)
CONTACTS = st.builds(Contact, st.integers(0, 10**10).map(lambda n: n / 1e6), WORDS, WORDS, WORDS)


@given(contacts=st.lists(CONTACTS, max_size=20))
def test_contacts_come_back_as_they_were_written(
    contacts: list[Contact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("times") / "a_times.txt"
    write_times(path, contacts)
    found = read_times(path)
    # Times are whole microseconds, which six decimals hold.
    assert [c.time_seconds for c in found] == pytest.approx([c.time_seconds for c in contacts], abs=1e-7)
    assert [(c.material, c.action, c.reaction) for c in found] == [
        (c.material, c.action, c.reaction) for c in contacts
    ]


def test_the_lines_are_those_of_greatest_hits(tmp_path: Path) -> None:
    path = tmp_path / "a_times.txt"
    path.write_text("2.677438 ceramic hit static\n\n3.675198 None scratch None\n")
    contacts = read_times(path)
    assert contacts == [
        Contact(2.677438, "ceramic", "hit", "static"),
        Contact(3.675198, "None", "scratch", "None"),
    ]
    write_times(path, contacts)
    assert path.read_text() == "2.677438 ceramic hit static\n3.675198 None scratch None\n"


def test_a_file_without_contacts_gives_none(tmp_path: Path) -> None:
    write_times(tmp_path / "a_times.txt", [])
    assert read_times(tmp_path / "a_times.txt") == []


@pytest.mark.parametrize(
    "line",
    ["0.5 wood hit", "0.5 wood hit static more", "half wood hit static", "-1 wood hit static", "nan a b c"],
)
def test_a_bad_line_is_named_with_its_number(line: str, tmp_path: Path) -> None:
    path = tmp_path / "a_times.txt"
    path.write_text("0.1 wood hit static\n" + line + "\n")
    with pytest.raises(InputError, match=r"a_times\.txt, line 2: found .*; expected 'time material"):
        read_times(path)


def test_a_missing_file_and_one_that_is_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_times(tmp_path / "no_times.txt")
    (tmp_path / "b_times.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_times(tmp_path / "b_times.txt")


@pytest.mark.parametrize("material", ["", "two words", " wood"])
def test_a_field_that_is_not_one_word_is_refused(material: str) -> None:
    with pytest.raises(InputError, match="expected one word"):
        Contact(0.0, material)
