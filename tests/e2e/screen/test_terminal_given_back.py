"""However the screen ends, the terminal is as it was before."""

import contextlib
import os
import re
import signal
import sys
import termios
import time
from pathlib import Path

import pytest
from limits import LIMIT
from terminal import Terminal

from tests.e2e.world import PROGRAM, ROOT, World

pytestmark = pytest.mark.slow

# What an app switches on, and what switches it off: alternate screen, cursor, mouse, focus, paste, reports of the size,
# line wrap, kitty keys.
MODES = {
    rb"\x1b\[\?1049h": rb"\x1b\[\?1049l",
    rb"\x1b\[\?25l": rb"\x1b\[\?25h",
    rb"\x1b\[\?1000h": rb"\x1b\[\?1000l",
    rb"\x1b\[\?1003h": rb"\x1b\[\?1003l",
    rb"\x1b\[\?1004h": rb"\x1b\[\?1004l",
    rb"\x1b\[\?1006h": rb"\x1b\[\?1006l",
    rb"\x1b\[\?1015h": rb"\x1b\[\?1015l",
    rb"\x1b\[\?1016h": rb"\x1b\[\?1016l",
    rb"\x1b\[\?2048h": rb"\x1b\[\?2048l",
    rb"\x1b\[\?7l": rb"\x1b\[\?7h",
    rb"\x1b\[\?2004h": rb"\x1b\[\?2004l",
    rb"\x1b\[>\d+u": rb"\x1b\[<u",
}
SHELL = ["/bin/sh", "-c", 'cd "$0"; "$@"; echo "status $?"; cat', str(ROOT), *PROGRAM]


def last(pattern: bytes, raw: bytes) -> int:
    return max((match.start() for match in re.finditer(pattern, raw)), default=-1)


def assert_given_back(terminal: Terminal, before: list) -> None:
    assert_modes_off(terminal)
    assert termios.tcgetattr(terminal.fd) == before


def assert_modes_off(terminal: Terminal) -> None:
    raw = bytes(terminal.raw)
    for on, off in MODES.items():
        if last(on, raw) >= 0:
            assert last(off, raw) > last(on, raw), f"{on!r} was not undone"


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
        terminal.until(f"status {status}")
        assert_given_back(terminal, before)


def test_modes_of_newer_terminals_and_an_open_dialog_are_given_back_too(world: World) -> None:
    with Terminal(SHELL, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        terminal.until("t  train")
        terminal.press("\x1b[?2048;2$y")  # a terminal that can report its size and the mouse in pixels
        terminal.press("?")
        terminal.until("escape closes")
        assert last(rb"\x1b\[\?1016h", bytes(terminal.raw)) >= 0
        os.kill(screen_pid(terminal.pid), signal.SIGTERM)
        terminal.until("status 143")
        assert_given_back(terminal, before)


CRASHES = {
    "a key": "async def fail(self): 1 / 0\nMnistApp.action_quit = fail",
    "the conversation with the engine": "def fail(self, event): 1 / 0\nMnistApp.receive = fail",
    "drawing": "def fail(self): 1 / 0\nimport tui.widgets.run_bar\ntui.widgets.run_bar.RunBar.render = fail",
}


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash_shows_its_traceback_on_the_restored_terminal_and_fails(world: World, where: str) -> None:
    program = f"""
import pathlib, sys
from tui.app.main import MnistApp, open_app
{CRASHES[where]}
sys.exit(open_app(pathlib.Path({str(world.checkpoints)!r}), ""))
"""
    command = [*SHELL[:4], sys.executable, "-c", program]
    with Terminal(command, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        if where == "a key":
            terminal.until("t  train")
            terminal.press("q")
        terminal.until("status 1")
        assert "ZeroDivisionError" in terminal.text
        assert_given_back(terminal, before)


def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_screen_again(world: World) -> None:
    shell = ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"]
    with Terminal(shell, {**world.env, "PS1": "prompt> "}) as terminal:
        terminal.until("prompt>")
        terminal.press(f"cd {ROOT}; {' '.join(PROGRAM)}\r")
        for how in ("key", "signal"):
            terminal.until("t  train")
            screen = screen_pid(terminal.pid)
            if how == "key":
                terminal.press("\x1a")
            else:
                os.kill(screen, signal.SIGTSTP)
            terminal.until("Stopped")
            assert_modes_off(terminal)
            terminal.screen.reset()
            terminal.press("fg\r")
        terminal.until("t  train")
        raw = bytes(terminal.raw)
        assert last(rb"\x1b\[\?1049h", raw) > last(rb"\x1b\[\?1049l", raw)
        terminal.press("\x1a")
        terminal.until("Stopped")
        terminal.hang_up()
        until_gone(screen)


STOPPED_WHILE_WRITING = """
import os, pathlib, signal, sys
from textual.drivers._writer_thread import WriterThread
from tui.app.main import MnistApp, open_app
real_write = WriterThread.write
def write(self, text):
    if "armed" in vars(WriterThread):
        del WriterThread.armed
        with self._queue.mutex:
            os.kill(os.getpid(), signal.SIGTSTP)
            sum(range(1000))
    real_write(self, text)
WriterThread.write = write
MnistApp.action_toggle_ascii = lambda self: (setattr(WriterThread, "armed", True), self.refresh())
sys.exit(open_app(pathlib.Path(sys.argv[1]), ""))
"""


def test_a_stop_in_the_middle_of_a_write_is_no_deadlock(world: World, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(STOPPED_WHILE_WRITING)
    shell = ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"]
    with Terminal(shell, {**world.env, "PS1": "prompt> "}) as terminal:
        terminal.until("prompt>")
        terminal.press(f"{sys.executable} {program} {world.checkpoints}\r")
        terminal.until("t  train")
        terminal.press("A")
        terminal.until("Stopped")
        terminal.screen.reset()
        terminal.press("fg\r")
        terminal.until("t  train")
        os.kill(screen_pid(terminal.pid), signal.SIGCONT)  # some send it to whoever was not stopped
        terminal.press("q")
        terminal.until("prompt>")


@pytest.mark.parametrize("missed", ["ignored at the start", "sent to another session"])
def test_a_screen_whose_terminal_is_gone_ends_although_no_hang_up_reaches_it(world: World, missed: str) -> None:
    start = {"ignored at the start": 'trap "" HUP; "$@"', "sent to another session": 'setsid "$@"'}[missed]
    command = ["/bin/sh", "-c", f"exec 3<&0; {start} <&3 & echo screen $!; wait", "sh", *PROGRAM]
    with Terminal(command, world.env) as terminal:
        terminal.until_match(r"screen \d+")
        screen = int(re.findall(r"screen (\d+)", terminal.text)[0])
        terminal.until("t  train")
        terminal.until("4,000 training")  # the engine is there, and will be found and ended
        terminal.hang_up()
        until_gone(screen)


def until_gone(pid: int) -> None:
    """Wait until a process has ended, as a zombie has."""
    end = time.monotonic() + LIMIT
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < end, "the screen outlives its terminal"
            time.sleep(0.02)


def screen_pid(shell: int) -> int:
    """Return the child of the shell in the terminal."""
    with open(f"/proc/{shell}/task/{shell}/children") as children:
        return int(children.read().split()[0])
