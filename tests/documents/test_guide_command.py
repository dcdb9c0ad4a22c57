"""`mnist-tui guide`, by what it writes."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from limits import LIMIT
from places import ROOT

from tui.__main__ import cli
from tui.commands.guide import guide, rendered
from tui.commands.shell.values import topics
from tui.documents.pages import load_pages

COLOURED = re.compile(r"\x1b\[[\d;]*\b(?:3|4)\d")


def write(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["guide", *words])
    return done.exit_code, done.output


def test_where_no_terminal_is_a_page_is_its_markdown() -> None:
    assert write("runs") == (0, load_pages()["runs"].text)
    assert write() == (0, load_pages()["index"].text)


def test_a_section_is_printed_alone() -> None:
    status, text = write("runs#forks")
    assert status == 0
    assert text.startswith("# Runs: Forks\n")
    assert "Steering a run shows" in text
    assert "The queue" not in text


def test_an_unknown_topic_or_section_is_an_error_that_says_what_there_is() -> None:
    status, text = write("caoch")
    assert (status, "did you mean coach?" in text) == (1, True)
    status, text = write("runs#fork")
    assert (status, "forks" in text) == (1, True)


def test_a_search_names_topics_that_can_be_read() -> None:
    status, text = write("--search", "reject threshold")
    topic = text.split()[0]
    assert (status, topic) == (0, "certainty#calibration")
    assert write(topic)[0] == 0
    status, text = write("--search", "xyzzy")
    assert (status, "none of these words" in text) == (1, True)


def test_topics_are_completed() -> None:
    found = topics(guide.make_context("guide", []), "c")
    assert {"charts", "coach", "commands"} <= {each.value for each in found}
    assert all(each.value.startswith("c") and each.help for each in found)


def test_on_a_terminal_no_line_is_wider_and_links_name_their_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.text import Text

    monkeypatch.setenv("COLUMNS", "60")
    text = Text.from_ansi(rendered(load_pages()["first-run"].text)).plain
    assert max(map(len, text.splitlines())) <= 60
    assert "(files.md)" not in text
    assert "keys:" not in text


def test_no_color_leaves_bold_and_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert COLOURED.search(rendered(load_pages()["coach"].text))
    monkeypatch.setenv("NO_COLOR", "1")
    text = rendered(load_pages()["coach"].text)
    assert not COLOURED.search(text)
    assert "\x1b[1m" in text


def test_a_pager_gets_it_where_there_is_a_terminal(tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED; cat\n")
    pager.chmod(0o755)
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "PAGER": str(pager), "TERM": "xterm-256color"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", "guide", "coach"],
            cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            text += piece
        assert process.wait(LIMIT) == 0
    finally:
        os.close(ours)
    assert text.startswith(b"PAGED")
    assert b"The coach" in text
