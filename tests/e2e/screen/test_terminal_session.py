"""The whole program: a real terminal, a real engine, real digits."""

import os
import signal

import pytest
from terminal import Terminal

from tests.e2e.world import PROGRAM, TRAINING, World, epoch_after


def test_a_newcomer_trains_to_the_end_with_one_key_and_looks_at_digits(world: World) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("4,000 training and 1,000 test images")
        terminal.until("device   ")
        terminal.press("t")
        terminal.until_match(TRAINING)
        terminal.press("2")
        terminal.until("predicted")
        terminal.until("step 4")  # the weights of the last step, 400
        terminal.press("n")
        terminal.until("test image 1 of 1,000")
        terminal.press("1")
        terminal.until("finished")
        terminal.until("epoch 10/10")
        terminal.press("q")
        assert terminal.wait() == 0
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    (listed,) = world.runs()
    assert (listed["state"], listed["epoch"]) == ("finished", 10)
    assert listed["test_accuracy"] > 0.9


@pytest.mark.slow
def test_a_dropped_terminal_leaves_the_run_and_the_next_screen_has_all_of_it(world: World) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("t  train")
        world.start_long_run()
        terminal.until_match(epoch_after(1))
        terminal.hang_up()
        terminal.wait()
    before = world.status()
    assert before is not None
    assert before["state"] == "training"

    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until_match(TRAINING)
        terminal.until_match(epoch_after(2))
        terminal.until("test 9")  # the legend: an accuracy over 90 %
        terminal.press("q")
        terminal.until("Leave it (l)")
        terminal.press("s")
        assert terminal.wait() == 0
    (listed,) = world.runs()
    assert (listed["run"], listed["state"]) == ("0001-seed-cnn", "stopped")
    assert listed["epoch"] >= 2


@pytest.mark.slow
def test_an_engine_that_dies_is_told_and_its_run_resumed(world: World) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("t  train")
        world.start_long_run()
        terminal.until_match(epoch_after(2))  # an epoch is told of before it is saved: the first one is, now
        status = world.status()
        assert status is not None
        os.kill(status["pid"], signal.SIGKILL)
        terminal.until("engine lost")
        terminal.until("The engine ended. A run in progress is")
        terminal.press("e")
        terminal.until_match(r"R  resume 0001-seed-cnn, interrupted in epoch \d+ of")
        terminal.press("R")
        terminal.until_match(TRAINING + " +" + epoch_after(1))
    again = world.status()
    assert again is not None
    assert (again["state"], again["run"]) == ("training", "0001-seed-cnn")
    assert again["pid"] != status["pid"]
    assert again["epoch"] >= 1


def test_a_terminated_screen_gives_the_terminal_back(world: World) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("mnist-tui")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.wait()
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
            (b"\x1b[?1000h", b"\x1b[?1000l"),
        ):
            assert terminal.raw.rfind(off) > terminal.raw.rfind(on)
