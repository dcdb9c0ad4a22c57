"""Every feature by mouse alone, at 80x24; only words to be written are typed."""

import pytest

from tests.e2e.walks.walker import walking
from tests.e2e.world import World

pytestmark = pytest.mark.slow

KEYS = -1  # the line of keys


def test_charts_help_and_menu_by_mouse(world: World) -> None:
    with walking(world) as walker:
        walker.until("0001-seed-cnn")
        walker.click("Train", "loss ")
        walker.point(40, 8, "⠒ raw")
        walker.drag((20, 8), (60, 8), "esc back")
        walker.until(" 1.2 ")
        walker.click("esc back", gone="esc back", line=KEYS)
        walker.click("z zoom", "second half", line=KEYS)
        walker.click("m maximise", gone="accuracy  ", line=KEYS)
        walker.click("esc back", "accuracy  ", line=KEYS)
        walker.click("g third chart", "learning rate", line=KEYS)
        walker.click("Digits", "predicted")
        walker.click("next", "test image 1 of", line=KEYS)
        walker.click("? help", "escape closes", line=KEYS)
        walker.click("escape closes", gone="escape closes")
        walker.click("^p menu", "Digits: next", line=KEYS)
        walker.wheel("Digits: next", "Digits: wrong")
        walker.click("Digits: wrong", gone="Search for commands")
        walker.key("q")
        assert walker.terminal.wait() == 0


def test_runs_by_mouse(world: World) -> None:
    with walking(world) as walker:
        walker.click("Runs", "1 of 1")
        walker.click("   0001-seed-cnn", "a   0001")
        walker.click("accuracy", "by accuracy")
        walker.click("filters:")
        walker.key("star\r", "0 of 1")
        walker.click("esc back", "1 of 1", line=KEYS)
        walker.click("D delete 0001", "Delete it (d)", line=KEYS)
        walker.click("Delete it (d)", "0 of 0")
        walker.key("q")
        assert walker.terminal.wait() == 0
