"""Walks through the program in a terminal: each step is a key or a click, and what is then to be seen."""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from limits import LIMIT
from terminal import Terminal

from tests.e2e.world import PROGRAM, World

UP, DOWN, LEFT, RIGHT = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
F5 = "\x1b[15~"
ESCAPE = "\x1b"
AGAIN = 5.0  # seconds after which a click is repeated: what lay under it may just have moved


class Walker:
    """Presses keys and clicks on words."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def key(self, keys: str, words: str = "", *, gone: str = "") -> None:
        """Press keys, and wait until the words are there, or have gone."""
        self.terminal.press(keys)
        self._wait(words, gone)

    def click(self, on: str, words: str = "", *, gone: str = "", times: int = 1, line: int | None = None) -> None:
        """Click on the first place with these words, of a line if it is given, and wait as for a key."""
        end = time.monotonic() + LIMIT
        while True:
            x, y = self.find(on, line)
            self.terminal.press(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m" * times)
            again = time.monotonic() + AGAIN
            while time.monotonic() < again:
                text = self.terminal.text
                if (not words or words in text) and (not gone or gone not in text):
                    return
                self.terminal.read(0.1)
            assert time.monotonic() < end, f"a click on {on!r} did nothing:\n{self.terminal.text}"

    def wheel(self, on: str, words: str, *, up: bool = False, shift: bool = False) -> None:
        """Turn the wheel over words until others are there."""
        x, y = self.find(on)
        end = time.monotonic() + LIMIT
        while words not in self.terminal.text:
            assert time.monotonic() < end, f"{words!r} did not come with the wheel:\n{self.terminal.text}"
            self.terminal.press(f"\x1b[<{65 - up + 4 * shift};{x + 1};{y + 1}M")
            self.terminal.read(0.1)
        before = -1
        while len(self.terminal.raw) != before:  # until the last turn has scrolled, too
            before = len(self.terminal.raw)
            self.terminal.read(0.5)

    def point(self, x: int, y: int, words: str) -> None:
        self.terminal.press(f"\x1b[<35;{x + 1};{y + 1}M")
        self._wait(words, "")

    def drag(self, start: tuple[int, int], stop: tuple[int, int], words: str) -> None:
        """Press at a cell, move, and release at another one."""
        self.terminal.press(f"\x1b[<0;{start[0] + 1};{start[1] + 1}M")
        for x in range(start[0], stop[0] + 1, 4):
            self.terminal.press(f"\x1b[<32;{x + 1};{start[1] + 1}M")
        self.terminal.press(f"\x1b[<0;{stop[0] + 1};{stop[1] + 1}m")
        self._wait(words, "")

    def find(self, words: str, line: int | None = None) -> tuple[int, int]:
        """Return the cell where words begin, once they are there."""
        end = time.monotonic() + LIMIT
        while True:
            for y, text in enumerate(self.terminal.screen.display):
                if words in text and line in (None, y, y - len(self.terminal.screen.display)):
                    return text.index(words), y
            assert time.monotonic() < end, f"{words!r} is not on:\n{self.terminal.text}"
            self.terminal.read(0.1)

    def until(self, pattern: str) -> None:
        self.terminal.until_match(pattern)

    def _wait(self, words: str, gone: str) -> None:
        if words:
            self.terminal.until(words)
        if gone:
            self.terminal.until_gone(gone)


def train_one(world: World) -> None:
    """Train a run of two epochs, both of which are kept."""
    done = world.run("train", "--epochs", "2", "--keep-every", "1")
    assert done.returncode == 0, done.stderr


def record(world: World, run: str) -> dict[str, object]:
    """Return what the run's folder says of it."""
    found: dict[str, object] = json.loads((world.checkpoints / run / "run.json").read_text())
    return found


@contextlib.contextmanager
def walking(world: World, command: list[str] | None = None) -> Iterator[Walker]:
    """The program in a terminal of 80x24, with a run of two epochs."""
    train_one(world)
    with Terminal(command or PROGRAM, world.env, cols=80, rows=24) as terminal:
        yield Walker(terminal)


def trash(checkpoints: Path) -> list[str]:
    """Return the runs that are in the trash."""
    return sorted(re.sub(r"^\W*", "", each.name) for each in (checkpoints / ".trash").iterdir())
