"""What a dropped SSH connection does to the screen, the engine and the run: a real sshd, real clients."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from limits import LIMIT
from terminal import Terminal

from engine.vocabulary.messages import AnyEvent, AskStatus, EpochDone, Snapshot, StatusTold, StepsDone
from tests.e2e.screen.sshd import SSHD, Sshd, sshd
from tests.e2e.world import ROOT, TRAINING, World, epoch_after
from tui.link.client import EngineClient

__all__ = ["sshd"]  # fixtures

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SSHD is None or shutil.which("ssh") is None, reason="needs sshd and ssh (Debian: openssh-server)"
    ),
]


def mnist_tui(world: World, pid_file: Path) -> str:
    """Return the remote command: it notes its pid, then becomes the screen."""
    names = (
        "PYTHONPATH",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "MNIST_TUI_CHECKPOINTS",
        "MNIST_TUI_DATA",
        "OMP_NUM_THREADS",
    )
    settings = " ".join(f"{name}='{world.env[name]}'" for name in names)
    return f"cd {ROOT}; echo $$ > {pid_file}; exec env LANG=C.UTF-8 {settings} {sys.executable} -m tui"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended: its parent has not looked yet.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def until_gone(pid: int) -> None:
    end = time.monotonic() + LIMIT
    while is_alive(pid):
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.02)


def until_two_more_epochs(world: World) -> int:
    """Wait until the engine has trained on; return the epoch that it has reached."""
    end = time.monotonic() + LIMIT
    first = last = running(world).epoch
    while last < first + 2:
        assert time.monotonic() < end, "the run stands still"
        time.sleep(0.1)
        last = running(world).epoch
    return last


def running(world: World) -> StatusTold:
    """Return what the engine says of the run that it must be training."""
    status = asyncio.run(ask_engine(world))[1]
    assert status.state == "training"
    return status


def history(world: World) -> list[AnyEvent]:
    """Return what the engine tells a screen that attaches now."""
    return asyncio.run(ask_engine(world))[0]


async def ask_engine(world: World) -> tuple[list[AnyEvent], StatusTold]:
    """Attach, and return the snapshot and the status."""
    client = await EngineClient.connect(world.checkpoints)
    client.send(AskStatus())
    told: list[AnyEvent] = []
    async for event in client.events():
        if isinstance(event, Snapshot):
            told += event.events
        elif isinstance(event, StatusTold):
            await client.close()
            return told, event
    raise AssertionError("the engine ended")


def assert_whole(told: list[AnyEvent], step: int) -> None:
    """Check that a history has every epoch and every step from the first on, up to this step at least."""
    epochs = [event.epoch for event in told if isinstance(event, EpochDone)]
    assert epochs == list(range(1, len(epochs) + 1))
    steps = [event for event in told if isinstance(event, StepsDone)]
    assert sum(event.steps for event in steps) == steps[-1].step >= step


def scroll_log_back_to(terminal: Terminal, words: str) -> None:
    """Turn the mouse wheel over the log until the words are there."""
    end = time.monotonic() + LIMIT
    while words not in terminal.text:
        assert time.monotonic() < end, f"{words!r} is not in the log:\n{terminal.text}"
        terminal.press("\x1b[<64;10;26M" * 5)
        terminal.read(0.1)


def test_a_killed_ssh_client_ends_the_screen_and_not_the_run(world: World, sshd: Sshd, tmp_path: Path) -> None:
    pid_file = tmp_path / "screen.pid"
    with Terminal(sshd.login(mnist_tui(world, pid_file)), world.env) as terminal:
        terminal.until("t  train")
        world.start_long_run()
        terminal.until_match(epoch_after(1))
        screen = int(pid_file.read_text())
        engine = running(world).pid
        step = running(world).step
        os.kill(terminal.pid, signal.SIGKILL)
        until_gone(screen)
    until_two_more_epochs(world)
    assert running(world).pid == engine
    assert_whole(history(world), step)

    with Terminal(sshd.login(mnist_tui(world, pid_file)), world.env) as terminal:
        terminal.until_match(TRAINING)
        terminal.until_match(epoch_after(2))
        scroll_log_back_to(terminal, "epoch 1: ")
        terminal.press("q")
        terminal.until("Leave it (l)")
        terminal.press("l")
        assert terminal.wait() == 0
    assert running(world).pid == engine


def test_two_logins_watch_the_same_run_and_both_are_live(world: World, sshd: Sshd, tmp_path: Path) -> None:
    first_file, second_file = tmp_path / "first", tmp_path / "second"
    with (
        Terminal(sshd.login(mnist_tui(world, first_file)), world.env) as first,
        Terminal(sshd.login(mnist_tui(world, second_file)), world.env) as second,
    ):
        second.until("t  train")
        first.until("t  train")
        world.start_long_run()
        first.until_match(epoch_after(1))
        second.until_match(epoch_after(1))
        second.press(" ")
        second.until("paused")
        first.until("paused")
        first.press(" ")
        first.until_match(TRAINING)
        second.until_match(TRAINING)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
@pytest.mark.parametrize("how", ["detach", "kill -9"])
def test_a_tmux_client_that_goes_leaves_screen_and_run(world: World, tmp_path: Path, how: str) -> None:
    tmux = ["tmux", "-u", "-S", str(tmp_path / "tmux.sock"), "-f", "/dev/null"]
    pid_file = tmp_path / "screen.pid"
    try:
        with Terminal([*tmux, "new-session", "-s", "m", mnist_tui(world, pid_file)], world.env) as terminal:
            terminal.until("t  train")
            world.start_long_run()
            terminal.until_match(epoch_after(1))
            engine = running(world).pid
            if how == "detach":
                terminal.press("\x02d")  # tmux's prefix and d
                assert terminal.wait() == 0
            else:
                os.kill(terminal.pid, signal.SIGKILL)
        screen = int(pid_file.read_text())
        epoch = until_two_more_epochs(world)
        assert is_alive(screen)
        with Terminal([*tmux, "attach", "-t", "m"], world.env) as terminal:
            terminal.until_match(TRAINING)
            terminal.until_match(epoch_after(epoch - 1))
        assert running(world).pid == engine
        assert int(pid_file.read_text()) == screen
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)
