"""However the screen ends, the terminal is as it was before."""

import os
import re
import signal
import sys
import termios

import pytest
from e2e.conftest import PROGRAM, ROOT, World
from e2e.terminal import Terminal

# What an app switches on, and what switches it off: alternate screen, cursor, mouse, paste, kitty keys.
MODES = {
    rb"\x1b\[\?1049h": rb"\x1b\[\?1049l",
    rb"\x1b\[\?25l": rb"\x1b\[\?25h",
    rb"\x1b\[\?1000h": rb"\x1b\[\?1000l",
    rb"\x1b\[\?1003h": rb"\x1b\[\?1003l",
    rb"\x1b\[\?1006h": rb"\x1b\[\?1006l",
    rb"\x1b\[\?2004h": rb"\x1b\[\?2004l",
    rb"\x1b\[>\d+u": rb"\x1b\[<u",
}
SHELL = ["/bin/sh", "-c", 'cd "$0"; "$@"; echo "status $?"; cat', str(ROOT), *PROGRAM]


def last(pattern: bytes, raw: bytes) -> int:
    return max((match.start() for match in re.finditer(pattern, raw)), default=-1)


def assert_given_back(terminal: Terminal, before: list) -> None:
    raw = bytes(terminal.raw)
    for on, off in MODES.items():
        if last(on, raw) >= 0:
            assert last(off, raw) > last(on, raw), f"{on!r} was not undone"
    assert termios.tcgetattr(terminal.fd)[:4] == before[:4]


@pytest.mark.parametrize(
    ("how", "status"),
    [("q", 0), ("\x03", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=["q", "ctrl+c", "SIGTERM", "SIGHUP", "SIGINT"],
)
def test_the_terminal_is_given_back_after(world: World, how: str | signal.Signals, status: int) -> None:
    with Terminal(SHELL, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        terminal.until("t  train")
        if isinstance(how, str):
            terminal.press(how)
        else:
            os.kill(screen_pid(terminal.pid), how)
        terminal.until(f"status {status}", seconds=10)
        assert_given_back(terminal, before)


def test_a_crash_shows_its_traceback_on_the_restored_terminal_and_fails(world: World) -> None:
    program = f"""
import pathlib, sys
from tui.app import MnistApp, open_app
MnistApp.action_help = lambda self: 1 / 0
sys.exit(open_app(pathlib.Path({str(world.checkpoints)!r}), ""))
"""
    command = [*SHELL[:4], sys.executable, "-c", program]
    with Terminal(command, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        terminal.until("t  train")
        terminal.press("?")
        terminal.until("status 1", seconds=10)
        assert "ZeroDivisionError" in terminal.text
        assert_given_back(terminal, before)


def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_screen_again(world: World) -> None:
    shell = ["/bin/bash", "--norc", "--noprofile", "-i"]
    with Terminal(shell, {**world.env, "PS1": "prompt> "}) as terminal:
        terminal.until("prompt>")
        terminal.press(f"cd {ROOT}; {' '.join(PROGRAM)}\r")
        terminal.until("t  train")
        terminal.press("\x1a")
        terminal.until("Stopped")
        raw = bytes(terminal.raw)
        assert last(rb"\x1b\[\?1049l", raw) > last(rb"\x1b\[\?1049h", raw)
        terminal.screen.reset()
        terminal.press("fg\r")
        terminal.until("t  train")
        raw = bytes(terminal.raw)
        assert last(rb"\x1b\[\?1049h", raw) > last(rb"\x1b\[\?1049l", raw)
        terminal.press("q")
        terminal.until("prompt>")


def screen_pid(shell: int) -> int:
    """Return the child of the shell in the terminal."""
    with open(f"/proc/{shell}/task/{shell}/children") as children:
        return int(children.read().split()[0])
