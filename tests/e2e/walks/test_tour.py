"""`mnist-tui tour` from end to end in a terminal: the keys that its strip names, left once and resumed."""

import json
from pathlib import Path

import pytest
from terminal import Terminal

from tests.e2e.walks.walker import DOWN, ESCAPE, F5, LEFT, RIGHT, UP, Walker
from tests.e2e.world import PROGRAM, World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("cols", "rows"), [(80, 24), (120, 36)])
def test_the_tour_is_done_by_its_keys_and_resumed(world: World, cols: int, rows: int) -> None:
    folder = Path(world.env["XDG_STATE_HOME"]) / "mnist-tui" / "tour"
    with Terminal([*PROGRAM, "tour"], world.env, cols, rows) as terminal:
        walk_to_the_mistake(Walker(terminal))
        terminal.press("q")
        terminal.until("Leave it (l)")
        terminal.press("l")
        assert terminal.wait() == 0
    assert json.loads((folder / "tour.json").read_text())["done"] == ["train", "watch", "pause", "steer", "coach"]
    with Terminal([*PROGRAM, "tour"], world.env, cols, rows) as terminal:
        walk_to_the_end(Walker(terminal))
        terminal.press("q")
        terminal.until("Stop and save (s)")
        terminal.press("s")
        assert terminal.wait() == 0
    assert len(json.loads((folder / "tour.json").read_text())["done"]) == 10
    assert list((folder / "exports").glob("*.csv"))
    assert not world.checkpoints.exists()  # the user's own runs


def walk_to_the_mistake(walker: Walker) -> None:
    walker.key("", " 1/10 ")
    walker.key("t", " 2/10 ")
    walker.key("", "Then press 2")
    walker.key("2", " 3/10 ")
    walker.key(" ", " 4/10 ")
    walker.key(" ", "Press 5")
    walker.key("5", "Learning rate, type 1")
    walker.until("Steer 0001")  # the form is there
    walker.key("\t\t\t\t" + DOWN + DOWN + "1")
    walker.key("", "not applied yet")
    walker.key(F5, " 5/10 ")
    walker.key("", "Press c to follow")
    walker.key("c", "This needs a new run")
    walker.key("s", "Press F5: a new run")
    walker.until("A new run")
    walker.key(F5, " 6/10 ")


def walk_to_the_end(walker: Walker) -> None:
    walker.key("", " 6/10 ")
    walker.until(r"epoch (?!1/)\d+/1000")  # the one that was left training
    walker.key("2", "Press w")
    walker.key("w", "Press enter")
    walker.key("\r", " 7/10 ")
    walker.key("8", "Press y")
    walker.key("y", " 8/10 ")
    walker.key("7", "pen up, brush")
    walker.until("╰")
    draw_a_seven(walker)
    walker.key("", " 9/10 ")
    walker.key("4", "Press space")
    walker.until("0002-seed-cnn +training .*\n.*0001-seed-cnn +stopped")  # the list is there
    walker.key(" ", "One is marked")
    walker.key(" ", " 10/10 ")
    walker.key("E", "Goes to")
    walker.key("\r", "Your result is here")
    walker.until("The tour is over")
    walker.key(ESCAPE, gone="The tour is over")


def draw_a_seven(walker: Walker) -> None:
    """Draw a bar, and a steep stroke down from its right end, with the keys of the pen."""
    lines = walker.terminal.screen.display
    top = next(y for y, line in enumerate(lines) if "pen up, brush" in line)
    bottom = next(y for y in range(top + 1, len(lines)) if "╰" in lines[y])
    height = bottom - top - 1
    across, down = height, max(4, height * 2 // 3)
    walker.key(UP * (down // 2) + LEFT * (across // 2) + " ", "pen down")
    stroke = RIGHT * across + "".join(DOWN + LEFT * (step % 2) for step in range(down))
    walker.key(stroke + " ", "pen up, brush")
