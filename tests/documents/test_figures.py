"""What was measured names the command that makes it.

A figure with a decimal point and a unit is taken for a measured one, and so is a table with six or more numbers that
have a decimal point. Its section then says "Made by:" and the commands, or its table has a column of that name.
"""

import re

import pytest

from tests.documents.shipped import DOCUMENTS, commands_in
from tui.documents.pages import Page
from tui.documents.sections import Section, plain, sections

MEASURED = re.compile(r"\d\.\d+ (?:%|s\b|ms\b|minutes\b|points\b|bytes|KB/s)")
NUMBER = re.compile(r"\d\.\d+")
MANY = 6
MADE = re.compile(r"^Made by: (?P<how>.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
COLUMN = re.compile(r"^\|.*\| made by \|$", re.MULTILINE)


def has_figures(section: Section) -> bool:
    text = MADE.sub("", section.text)
    in_tables = " ".join(line for line in text.splitlines() if line.startswith("|"))
    return bool(MEASURED.search(plain(text))) or len(NUMBER.findall(plain(in_tables))) >= MANY


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_section_with_figures_names_the_command_that_makes_them(document: str) -> None:
    page = Page(document, "", DOCUMENTS[document].read_text())
    without = [
        section.heading
        for section in sections(page)
        if has_figures(section) and not (MADE.search(section.text) or COLUMN.search(section.text))
    ]
    assert without == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_makes_figures_is_a_command(document: str) -> None:
    known = {command.text for command in commands_in(document)}
    for found in MADE.finditer(DOCUMENTS[document].read_text()):
        codes = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", found["how"])]
        assert any(code in known or f"mnist-tui {code}" in known for code in codes), found["how"]
    for row in rows_made_by(document):
        assert row in known, row


def rows_made_by(document: str) -> list[str]:
    """Return the last cell of each row of tables with a column "made by"."""
    text = DOCUMENTS[document].read_text()
    tables = [text[found.end() :].partition("\n\n")[0] for found in COLUMN.finditer(text)]
    return [row.strip("| ").rpartition("| ")[2].strip("`") for table in tables for row in table.splitlines()[2:]]


def test_figures_are_found() -> None:
    assert rows_made_by("README.md")
    assert sum(len(MADE.findall(path.read_text())) for path in DOCUMENTS.values()) > 15
