"""Small, old, plain and missing terminals: a right frame, or a clear message; never a crash or an unreadable byte."""

import fcntl
import os
import random
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from limits import LIMIT
from places import SUPPORT
from terminal import Terminal

from tests.e2e.world import PROGRAM, ROOT, World
from tui.terminal.input import SEQUENCE_TIMEOUT

pytestmark = pytest.mark.slow

FAKE = [sys.executable, "-m", "fake_program"]
SCREENS = {
    "2": "wrong true:4", "3": "recall", "4": "No runs yet", "5": "beside it the next run", "\x1b": "smoothed",
    "?": "Train screen",
}  # fmt: skip
COLOURS = re.compile(rb"\x1b\[([0-9;:]*)m")


def slow(*values: object) -> list[object]:
    """Return cases that `pytest -m slow` tries as well."""
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.slow) for value in values
    ]


def environment(**changes: str | None) -> list[str]:
    """Return the command that runs a program with these variables, None removing one."""
    words = ["env", "-u", "COLORTERM", "-u", "NO_COLOR", "-u", "LC_ALL", "-u", "TMUX"]
    for name, value in changes.items():
        words += ["-u", name] if value is None else []
    return words + [f"{name}={value}" for name, value in changes.items() if value is not None]


@contextmanager
def program(cols: int = 100, rows: int = 30, **changes: str | None) -> Iterator[Terminal]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    with Terminal([*environment(**changes), *FAKE], env, cols, rows) as terminal:
        yield terminal


def resize(terminal: Terminal, cols: int, rows: int) -> None:
    terminal.screen.resize(rows, cols)
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def walk(terminal: Terminal) -> None:
    """Look at every screen, then leave."""
    for key, words in SCREENS.items():
        terminal.press(key)
        terminal.until(words)
    terminal.press("\x1b")
    terminal.until("smoothed")
    leave(terminal)


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.until("Leave it (l)")
    terminal.press("l")
    assert terminal.wait() == 0


def until_right(terminal: Terminal) -> None:
    """Wait for what a fresh start draws at 100x30: each part in its place, and nothing left of other sizes."""
    terminal.until_match(
        r"^ 0001-seed-cnn  training  epoch 2/10 .*cpu +\n"
        r" 1  Train   2  Digits   3  Confusion   4  Runs   5  Setup   6  Tune   7  Draw   8  Inside +\n"
        r"loss  [^\n]*train, smoothed 0.9  [^\n]*test   fits epoch 0.31 on│ Test accuracy  90.00 % +\n"
        r"(?s:.*)\naccuracy  [^\n]*│(?s:.*)\n space pause  [^\n]* q quit +$"
    )


@pytest.mark.parametrize(("cols", "rows"), [(1, 1), (3, 20), *slow((20, 3), (300, 2), (2, 100))])
def test_a_tiny_terminal_is_no_reason_to_crash_and_shows_all_once_it_is_large(cols: int, rows: int) -> None:
    with program(cols, rows) as terminal:
        while len(terminal.raw) < 20:
            terminal.read(1)
        for key in ("2", "5", "1"):
            terminal.press(key)
            terminal.read(0.1)
        resize(terminal, 100, 30)
        until_right(terminal)
        leave(terminal)


def test_an_exported_size_is_not_believed() -> None:
    with program(COLUMNS="60", LINES="20") as terminal:
        until_right(terminal)
        leave(terminal)


def test_a_storm_of_resizes_ends_with_the_right_frame() -> None:
    sizes = random.Random(1)
    with program() as terminal:
        terminal.until("epoch 2/10")
        for _ in range(150):
            resize(terminal, sizes.randint(1, 250), sizes.randint(1, 80))
            terminal.read(0.005)
        terminal.screen.reset()
        resize(terminal, 100, 30)
        until_right(terminal)
        leave(terminal)


@pytest.mark.parametrize(
    "term", ["screen", "linux", *slow("tmux-256color", "vt100", "xterm", "xterm-direct", "no-such-terminal")]
)
def test_an_odd_terminal_type_shows_every_screen(term: str) -> None:
    with program(TERM=term) as terminal:
        terminal.until("epoch 2/10")
        walk(terminal)


@pytest.mark.parametrize("term", ["dumb", "", None], ids=["dumb", "empty", "unset"])
def test_a_terminal_that_can_draw_nothing_gets_a_message(term: str | None) -> None:
    with program(TERM=term) as terminal:
        terminal.until("TERM set to its name")
        assert terminal.wait() == 1
        assert b"\x1b" not in terminal.raw
        assert bytes(terminal.raw).isascii()


def test_errors_may_go_to_a_file(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    with Terminal(["sh", "-c", f'"$@" 2>{errors}', "sh", *environment(), *FAKE], env) as terminal:
        terminal.until("epoch 2/10")
        leave(terminal)
    assert errors.read_text() == ""


SENT = {
    "latin-1": b"\xe9", "no character": b"\xff\xfe\x80", "NUL": b"\0", "X10 mouse": b"\x1b[M !\xe9\x1b[M#\xff\xff",
    "X10 mouse, cut": b"\x1b[M !", "SGR mouse, cut": b"\x1b[<35;1", "rxvt mouse, cut": b"\x1b[35;1",
    "a key beyond Unicode": b"\x1b[9999999999u", "half a surrogate pair": b"\x1b[55296u",
    "a huge paste": b"\x1b[200~" + b"\xe9\0S\x1b[A" * 100_000 + b"\x1b[201~",
    "an answer nobody asked for": b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
}  # fmt: skip


def test_nothing_that_a_terminal_sends_ends_the_screen_or_is_taken_for_keys() -> None:
    with program() as terminal:
        for name, sent in SENT.items():
            until_right(terminal)
            while sent:
                _, writable, _ = select.select([], [terminal.fd], [], 0.05)
                if writable:
                    sent = sent[os.write(terminal.fd, sent[:1000]) :]
                terminal.read(0)
            given_up = time.monotonic() + SEQUENCE_TIMEOUT + 0.5
            while time.monotonic() < given_up:
                terminal.read(0.1)
            print(name)
            until_right(terminal)  # still the first screen
            while "beside it the next run" not in terminal.text:
                terminal.press("5")  # which a busy program may take for the end of what was cut off
                terminal.read(2 * SEQUENCE_TIMEOUT)
            terminal.press("\x1b")
            terminal.until("smoothed")
        leave(terminal)


@pytest.mark.parametrize("changes", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}])
def test_an_output_without_unicode_gets_nothing_but_ascii(changes: dict[str, str]) -> None:
    with program(**changes) as terminal:
        terminal.until("epoch 2/10")
        walk(terminal)
        assert bytes(terminal.raw).isascii()


def colours(raw: bytes) -> set[str]:
    """Return every SGR parameter list that sets a colour."""
    found = set()
    for match in COLOURS.finditer(raw):
        numbers = [int(number or 0) for number in re.split(rb"[;:]", match.group(1))]
        if any(30 <= n <= 38 or 40 <= n <= 48 or 90 <= n <= 97 or 100 <= n <= 107 for n in numbers):
            found.add(match.group(1).decode())
    return found


@pytest.mark.parametrize("term", ["xterm-256color", *slow("xterm-direct")])
def test_no_color_means_no_colour_at_all(term: str) -> None:
    with program(NO_COLOR="1", TERM=term, COLORTERM="truecolor") as terminal:
        terminal.until("epoch 2/10")
        walk(terminal)
        assert colours(bytes(terminal.raw)) == set()


def test_sixteen_colours_are_enough() -> None:
    with program(TERM="xterm-16color") as terminal:
        terminal.until("epoch 2/10")
        walk(terminal)
        used = colours(bytes(terminal.raw))
        assert used
        assert not [each for each in used if re.search(r"\b[34]8[;:]", each)]


@pytest.mark.parametrize("name", ["C", *slow("POSIX")])
def test_a_locale_without_unicode_gets_nothing_but_ascii(name: str) -> None:
    with program(LC_ALL=name) as terminal:
        terminal.until("epoch 2/10")
        walk(terminal)
        assert bytes(terminal.raw).isascii()


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["runs"], ["nonsense"], ["predict", "zahl-é.png"]])
def test_without_unicode_the_command_line_writes_nothing_but_ascii(world: World, words: list[str]) -> None:
    place = world.folder / "réseau ☃"
    env = {**world.env, "LC_ALL": "C", "MNIST_TUI_CHECKPOINTS": str(place)}
    done = subprocess.run([*PROGRAM, *words], env=env, cwd=ROOT, capture_output=True, timeout=LIMIT, check=False)
    world.env = env
    assert done.stdout.isascii()
    assert done.stderr.isascii()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "ends", ["<&-", "</dev/null", ">/dev/null", "</dev/null >/dev/null", "<&- >&-", "<&- >&- 2>&-"]
)
def test_without_a_terminal_the_screen_is_refused_in_one_line(ends: str, tmp_path: Path) -> None:
    shell = f'cd "$0"; "$@" {ends}; echo "status $?" >"{tmp_path / "status"}"'
    env = {**os.environ, "TERM": "xterm", "MNIST_TUI_CHECKPOINTS": str(tmp_path / "runs")}
    done = subprocess.run(
        ["sh", "-c", shell, str(ROOT), *PROGRAM], env=env, stdin=subprocess.PIPE, capture_output=True, timeout=LIMIT,
        text=True, check=False,
    )  # fmt: skip
    assert (tmp_path / "status").read_text() == "status 1\n"
    if "2>&-" not in ends:
        assert "the screen needs a terminal" in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()  # and no engine was started for it
