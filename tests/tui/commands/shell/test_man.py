"""The manual page: every command and option, in source that man and mandoc take without a word."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import click
import pytest
from limits import LIMIT
from places import ROOT

from tui.__main__ import cli
from tui.commands.shell.man import manual_page
from tui.commands.shell.roff import escaped, item, paragraph

SHIPPED = ROOT / ".packaging/mnist-tui.1"


@pytest.fixture(scope="module")
def page() -> str:
    return manual_page(cli)


def commands(command: click.Command, name: str = "mnist-tui") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for word, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{name} {word}")


def test_every_command_and_option_is_in_it(page: str) -> None:
    sections = dict(re.findall(r"^\.SS (.+)\n((?:(?!\.S[SH] ).*\n)*)", page, re.MULTILINE))
    assert len(sections) > 40
    for name, command in commands(cli):
        section = page if command is cli else sections[escaped(name)]
        for option in (param for param in command.params if isinstance(param, click.Option) and not param.hidden):
            assert re.search(rf"^\\fB.*{re.escape(escaped(option.opts[0]))}\b", section, re.MULTILINE), (name, option)


def test_the_page_that_ships_is_the_one_that_is_printed(page: str) -> None:
    assert SHIPPED.read_text() == page, "run `mnist-tui man > .packaging/mnist-tui.1`"


def test_it_is_the_same_on_every_machine(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOME", "/elsewhere"), ("COLUMNS", "40"), ("MNIST_TUI_CHECKPOINTS", "/x"), ("LANG", "C")):
        monkeypatch.setenv(name, value)
    assert manual_page(cli) == page
    assert page.isascii()


@pytest.mark.parametrize("reader", [
    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-"], ["mandoc", "-T", "lint", "-W", "error"],
])  # fmt: skip
def test_what_reads_it_has_nothing_to_say(page: str, reader: list[str]) -> None:
    if not shutil.which(reader[0]):
        pytest.skip(f"{reader[0]} is not installed")
    done = subprocess.run(reader, input=page.encode(), capture_output=True, timeout=LIMIT)
    if reader[0] == "man" and b"-l" in done.stderr:
        pytest.skip("this man is not man-db")
    assert (done.stderr, done.returncode) == (b"", 0)
    if reader[0] == "mandoc":
        assert done.stdout == b""


def test_nothing_in_a_text_is_taken_for_a_request_or_an_escape() -> None:
    assert paragraph(".so /etc/passwd") == [r"\&.so /etc/passwd"]
    assert paragraph("a\n.so x") == ["a .so x"]
    assert paragraph(r"back\slash") == [r"back\eslash"]
    assert paragraph("'quoted'")[0] == r"\(aqquoted\(aq"
    assert paragraph("run `a --b` now") == [r"run \fBa \-\-b\fR now"]
    assert paragraph("one ` alone") == [r"one \(ga alone"]
    assert item("--größe", "") == [".TP", r"\fB\-\-gr\[u00F6]\[u00DF]e\fR", r"\&"]
