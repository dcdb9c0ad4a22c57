"""A screen meets an engine of another version: it says so, and offers to watch, or to stop it after saving."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from limits import LIMIT
from terminal import Terminal

from engine.storage.runs.checkpoint import load_last
from tests.e2e.world import PROGRAM, ROOT, World

pytestmark = pytest.mark.slow

# An engine that speaks the next protocol, and says in it what this version does not know.
NEXT_VERSION = """
import sys
import engine.vocabulary.messages as messages
messages.PROTOCOL += 1
messages.program_version = lambda: "99.0"
class Danced(messages.Event, frozen=True):
    steps: int
from engine.__main__ import main
from engine.server.broadcast import Broadcast
tell = Broadcast.tell
def tell_both(self, event):
    tell(self, event)
    tell(self, Danced(steps=3))
Broadcast.tell = tell_both
sys.exit(main())
"""


@pytest.fixture
def next_engine(world: World) -> Iterator["subprocess.Popen[bytes]"]:
    world.checkpoints.mkdir()
    with open(world.checkpoints / "engine.log", "ab") as log:
        command = [sys.executable, "-c", NEXT_VERSION, "--checkpoints", str(world.checkpoints)]
        process = subprocess.Popen(command, cwd=ROOT, env=world.env, stdout=log, stderr=log)
    end = time.monotonic() + LIMIT
    while (told := world.status()) is None or told["state"] == "starting":
        assert process.poll() is None, (world.checkpoints / "engine.log").read_text()
        assert time.monotonic() < end
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def start_run(world: World) -> None:
    """Have the engine train: only a program of its own version can ask it to."""
    program = "import engine.vocabulary.messages as m; m.PROTOCOL += 1; from tui.__main__ import main; main()"
    command = [sys.executable, "-c", program, "train", "--json", "--epochs", "500"]
    with subprocess.Popen(command, cwd=ROOT, env=world.env, stdout=subprocess.PIPE) as train:
        assert train.stdout is not None
        assert any(b'"RunStarted"' in line for line in train.stdout)
        train.kill()


def test_it_is_watched_then_stopped_after_saving_and_followed_by_our_own(
    world: World, next_engine: "subprocess.Popen[bytes]"
) -> None:
    start_run(world)
    refused = world.run("train", "--epochs", "1")
    assert refused.returncode == 1
    assert "has version 99.0" in refused.stderr
    assert "mnist-tui engine stop" in refused.stderr
    assert (world.status() or {})["state"] == "training"  # what all versions understand

    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("version 99.0")
        terminal.press("w")
        terminal.until_gone("version 99.0")
        terminal.until("only watching")
        terminal.until("epoch 2:")  # in the log: it is live
        terminal.press("S")
        terminal.press("e")
        terminal.until("version 99.0")
        terminal.press("s")
        terminal.until("R  resume")
        assert next_engine.wait(LIMIT) == 0
        state, problem = load_last(world.checkpoints / "0001-seed-cnn")
        assert (state["position"]["step"] > 0, problem) == (True, "")
        assert world.runs()[0]["state"] == "stopped"
        terminal.press("R")  # our own engine goes on with it
        terminal.until("resumed on")
        terminal.press("q")
        terminal.until("Leave it (l)")
        terminal.press("l")
        assert terminal.wait() == 0


def test_the_command_line_stops_it(world: World, next_engine: "subprocess.Popen[bytes]") -> None:
    assert world.run("engine", "stop").returncode == 0
    assert next_engine.wait(LIMIT) == 0
