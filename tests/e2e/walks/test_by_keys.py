"""Every feature by keys alone, at 80x24: the real program, its engine, the sample."""

import re

import pytest

from tests.e2e.walks.walker import DOWN, ESCAPE, F5, LEFT, Walker, record, walking
from tests.e2e.world import World

pytestmark = pytest.mark.slow


def test_charts_digits_help_and_palette_by_keys(world: World) -> None:
    with walking(world) as walker:
        walker.key("", "0001-seed-cnn")
        walker.key("1", "loss ")
        walker.key("z", "second half")
        walker.key(LEFT, gone="smoothed")
        walker.key(ESCAPE, "smoothed 0.9")
        walker.key("y", ", log")
        walker.key("+", "smoothed 0.95")
        walker.key("x", "step")
        walker.key("m", gone="accuracy  ")
        walker.key(ESCAPE, "accuracy  ")
        walker.key("g", "learning rate")
        walker.key("i", "predicted")
        walker.key(ESCAPE, "learning rate")
        walker.key("l", "log─")
        walker.key("l", gone="log─")
        walker.key("2", "predicted")
        walker.key("n", "test image 1 of")
        walker.key("3", "actual")
        walker.key("?", "Confusion screen")
        walker.key("/", "what a key does")
        walker.key("logarithmic", "Switch the axis of the loss")
        walker.key(ESCAPE, gone="what a key does")
        walker.key(ESCAPE, gone="escape closes")
        walker.key("\x10", "Search for commands")
        walker.key("go to: setup", "Go to: Setup")
        walker.key("\r", "A new run")
        walker.key("q")
        assert walker.terminal.wait() == 0


def test_runs_by_keys(world: World) -> None:
    with walking(world) as walker:
        walker.key("4", "1 of 1")
        walker.key(" ", "a   0001")
        walker.key("e", "A name for 0001-seed-cnn")
        walker.key("first try\r", "0001 first try")
        walker.key("n", "A note about 0001-seed-cnn")
        walker.key("too short\r", gone="A note about")
        walker.key("*", "a ★ 0001")
        walker.key("/acc>99.9\r", "0 of 1")
        walker.key(ESCAPE, "1 of 1")
        walker.key("s", "sort by")
        walker.key(DOWN + "\r", "by accuracy")
        walker.key("i", gone="first try")
        walker.key(ESCAPE, "first try")
        walker.key("D", "Delete 0001-seed-cnn (first try)?")
        walker.key("d", "0 of 0")
        walker.key("U", "first try")
        assert record(world, "0001-seed-cnn")["note"] == "too short"
        walker.key("c", "A new run")
        walker.key("4", "first try")
        walker.key("F", "Fork 0001-seed-cnn from which checkpoint?")
        walker.until(r"epoch 1: .*\(\d\)")
        (key,) = re.findall(r"epoch 1: .*?\((\d)\)", walker.terminal.text)
        walker.key(key, "A fork of 0001, epoch 1")
        walker.key(F5, "0002-seed-cnn")
        walker.until("0002-seed-cnn +finished")
        assert "0001" in str(record(world, "0002-seed-cnn")["parent"])
        walker.key("4", "0002")
        walker.key("R", "has finished after 2 epochs")
        walker.key("500\r", gone="has finished after 2 epochs")
        walker.until(r"epoch \d+/500 ")
        walk_through_the_queue(walker)


def walk_through_the_queue(walker: Walker) -> None:
    """A run trains: two wait behind it, one is removed; and what trains is paused and stopped."""
    walker.key("4", "2 of 2")
    walker.key("Q", "Queue (tab): 1 waiting")
    walker.key("t", "Put the run of the form")
    walker.key("q", "Queue (tab): 2 waiting")
    walker.key("\x10", "Search for commands")
    walker.key("queue: remove", "Remove it from the queue")
    walker.key("\r", "Queue (tab): 1 waiting")
    walker.key("1", "pause")
    walker.key(" ", "paused")
    walker.key(" ", "training")
    walker.key("S", "Stop, pause queue (p)")
    walker.key("p")
    walker.until(r"000\d-seed-cnn +stopped")
    walker.key("q")
    assert walker.terminal.wait() == 0
