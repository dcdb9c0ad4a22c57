"""When a run ends or fails, somebody who looks elsewhere is called: once, safely, and only if wanted."""

import os
import re
import sys
from pathlib import Path

import pytest
from fake_engine import RUN
from places import ROOT, SUPPORT
from terminal import Terminal

from engine.vocabulary.messages import Paused, RunEnded, SavingFailed
from tui.terminal.notifications import call, worth_a_call


def ended(state: str, reason: str = "") -> RunEnded:
    return RunEnded(run=RUN, step=1, time=1.0, state=state, reason=reason)


def test_an_end_a_failure_and_a_full_disk_are_worth_a_call_and_ones_own_stop_is_not() -> None:
    assert worth_a_call(ended("finished")) == f"{RUN} finished"
    assert worth_a_call(ended("failed", "the loss became nan")) == f"{RUN} failed: the loss became nan"
    assert "No space left" in worth_a_call(SavingFailed(run=RUN, step=1, reason="No space left"))
    assert worth_a_call(ended("stopped")) == ""
    assert worth_a_call(Paused(run=RUN, step=1)) == ""


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("xterm-256color", ["9", "777"]), ("xterm-kitty", ["9"]), ("foot", ["9"]), ("rxvt-unicode-256color", ["777"]),
        ("linux", []), ("dumb", []), ("screen.xterm-256color", []),
    ],
)  # fmt: skip
def test_each_terminal_gets_what_it_knows_and_the_bell(term: str, codes: list[str]) -> None:
    written = call("run done", {"TERM": term})
    assert re.findall(r"\x1b\](\d+);", written) == codes
    assert written.endswith("\a")


def test_inside_tmux_notifications_travel_through_it() -> None:
    written = call("run done", {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"})
    assert written.startswith("\x1bPtmux;\x1b\x1b]9;mnist-tui: run done\x1b\x1b\\\x1b\\")
    assert written.endswith("\a")


def test_a_reason_from_outside_cannot_end_the_sequence_and_add_its_own() -> None:
    written = call("x\x1b\\\x1b]52;c;aGk=\a\x9d0;y\x9c \u202e é", {"TERM": "rxvt"})
    assert written.count("\x1b") == 2
    assert written.count("\a") == 1
    assert written.isascii()


@pytest.mark.parametrize(("option", "called"), [([], True), (["--no-notify"], False)])
def test_the_terminal_is_called_when_a_run_ends_unless_told_not_to(
    tmp_path: Path, option: list[str], called: bool
) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    with Terminal([sys.executable, "-m", "fake_program", "--data", "idle", *option], env) as terminal:
        terminal.until("t  train")
        terminal.press("t")
        terminal.until("finished")
        terminal.press("q")
        assert terminal.wait() == 0
    assert (b"\x1b]9;mnist-tui: 0001-seed-cnn finished" in terminal.raw) is called
    assert (b"\x1b]777;notify;" in terminal.raw) is called
