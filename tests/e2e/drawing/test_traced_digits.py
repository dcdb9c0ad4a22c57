"""Test digits that are traced with the mouse, in a real terminal, are taken for what the originals are taken for."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from terminal import Terminal

from engine.storage.paths import sample_file
from tests.e2e.drawing.tracing import cells_of, traced
from tests.e2e.world import PROGRAM, World

pytestmark = pytest.mark.slow

DIGITS, ALIKE = 100, 0.95
SETTLED = 0.4  # seconds without a byte, after which the answer is that for the whole drawing
PRESS, MOVE, RELEASE = "\x1b[<0;{};{}M", "\x1b[<32;{};{}M", "\x1b[<0;{};{}m"


def test_traced_digits_are_taken_for_what_the_originals_are(world: World) -> None:
    world.run("train", "--preset", "fast", "--epochs", "6")
    with np.load(sample_file()) as content:
        originals = content["test_images"][:DIGITS]
    taken_for = classes_of(world, originals)
    answers, saved = [], "none yet"
    with Terminal([*PROGRAM], world.env, 80, 24) as terminal:
        terminal.until("0001-fast-cnn")
        terminal.press("7")
        terminal.until("brush 2.5")
        for digit, label in zip(originals, taken_for, strict=True):
            terminal.press("c")
            terminal.until("╰─")
            trace(terminal, digit)
            settle(terminal)
            terminal.until("it is taken for")
            terminal.press("s")
            terminal.until("Which digit is it?")
            terminal.press(str(label))
            terminal.until_match(rf"saved: (?!{re.escape(saved)} )own-digits\S* ")
            settle(terminal)
            saved = re.search(r"saved: (\S+)", terminal.text)[1]  # type: ignore[index]
            answers.append(int(re.search(r"it is taken for (\d)", terminal.text)[1]))  # type: ignore[index]
        terminal.press("q")
        terminal.wait()
    alike = sum(answer == label for answer, label in zip(answers, taken_for, strict=True))
    assert alike >= ALIKE * DIGITS, [*zip(answers, taken_for, strict=True)]
    tested = json.loads(world.run("evaluate", "--data", str(world.checkpoints / "own-digits"), "--json").stdout)
    assert tested["images"] == DIGITS
    assert round(tested["accuracy"] * DIGITS) == alike  # what is saved is what was answered


def classes_of(world: World, images: np.ndarray) -> list[int]:
    """Return what the network takes the images for, as `predict` says."""
    paths = [world.folder / f"{number}.png" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(image).save(path)
    answer = json.loads(world.run("predict", "--json", *map(str, paths)).stdout)
    by_path = {Path(file["path"]).name: file["predicted"] for file in answer}
    return [by_path[path.name] for path in paths]


def trace(terminal: Terminal, digit: np.ndarray) -> None:
    """Draw a digit on the canvas with the mouse."""
    lines = terminal.screen.display
    top = next(y for y, line in enumerate(lines) if "brush 2.5" in line)
    bottom = next(y for y in range(top + 1, len(lines)) if lines[y].startswith("╰"))
    columns, rows = lines[top].index("╮") - 1, bottom - top - 1
    for stroke in traced(digit):
        (x, y), *others = [(column + 2, row + top + 2) for column, row in cells_of(stroke, columns, rows)]
        keys = PRESS.format(x, y)
        for x, y in others:
            keys += MOVE.format(x, y)
        terminal.press(keys + RELEASE.format(x, y))
        terminal.read(0.01)


def settle(terminal: Terminal) -> None:
    before = -1
    while len(terminal.raw) != before:
        before = len(terminal.raw)
        terminal.read(SETTLED)
