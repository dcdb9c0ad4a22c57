"""A short walk in tmux, and one over ssh: keys, mouse, and a connection that drops while a name is written."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

from tests.e2e.screen.sshd import SSHD, Sshd, sshd
from tests.e2e.walks.walker import ESCAPE, Walker, record, train_one
from tests.e2e.world import ROOT, World

__all__ = ["sshd"]  # fixtures

pytestmark = pytest.mark.slow


def program(world: World) -> str:
    """Return a shell command that becomes the program in this world."""
    ours = {name: value for name, value in world.env.items() if name.startswith(("XDG_", "MNIST_TUI_", "PYTHONPATH"))}
    settings = " ".join(f"{name}='{value}'" for name, value in ours.items())
    return f"cd {ROOT}; exec env LANG=C.UTF-8 OMP_NUM_THREADS=1 {settings} {sys.executable} -m tui"


def short_walk(walker: Walker) -> None:
    """Charts, a mark by the mouse, a name by keys."""
    walker.key("", "0001-seed-cnn")
    walker.key("1", "loss ")
    walker.key("z", "second half")
    walker.key("4", "1 of 1")
    walker.click("   0001-seed-cnn", "a   0001")
    walker.key("e", "A name for 0001-seed-cnn")
    walker.key("from afar\r", "0001 from afar")
    walker.key("i", "Mark a second run")
    walker.key(ESCAPE, gone="Mark a second run")
    walker.key("e", "A name for 0001-seed-cnn")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_a_short_walk_in_tmux_goes_on_where_it_was_after_detaching(world: World, tmp_path: Path) -> None:
    train_one(world)
    tmux = ["tmux", "-u", "-S", str(tmp_path / "tmux.sock"), "-f", "/dev/null"]
    try:
        command = [
            *tmux,
            "new-session",
            "-s",
            "m",
            program(world),
            ";",
            "set",
            "mouse",
            "on",
            ";",
            "set",
            "status",
            "off",
        ]
        with Terminal(command, world.env, cols=80, rows=24) as terminal:
            short_walk(Walker(terminal))
            terminal.press(" twi")
            terminal.until("from afar twi")
            terminal.press("\x02d")  # tmux's prefix and d
            assert terminal.wait() == 0
        with Terminal([*tmux, "attach", "-t", "m"], world.env, cols=80, rows=24) as terminal:
            walker = Walker(terminal)
            walker.key("", "from afar twi")
            walker.key("ce\r", "0001 from afar twice")
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)
    assert record(world, "0001-seed-cnn")["title"] == "from afar twice"


@pytest.mark.skipif(SSHD is None or shutil.which("ssh") is None, reason="needs sshd and ssh")
def test_a_short_walk_over_ssh_and_a_connection_that_drops_leave_what_was_saved(world: World, sshd: Sshd) -> None:
    train_one(world)
    with Terminal(sshd.login(program(world)), world.env, cols=80, rows=24) as terminal:
        short_walk(Walker(terminal))
        terminal.press(" lost")
        terminal.until("afar lost")
        os.kill(terminal.pid, signal.SIGKILL)  # ssh: the connection drops
        assert terminal.wait() == -signal.SIGKILL
    assert record(world, "0001-seed-cnn")["title"] == "from afar"
    with Terminal(sshd.login(program(world)), world.env, cols=80, rows=24) as terminal:
        walker = Walker(terminal)
        walker.key("", "0001-seed-cnn")
        walker.key("4", "0001 from afar")
        walker.key("q")
        assert terminal.wait() == 0
