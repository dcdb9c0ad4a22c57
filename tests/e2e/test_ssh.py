"""What a dropped SSH connection does to the screen, the engine and the run: a real sshd, real clients."""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.conftest import ROOT, World
from e2e.terminal import Terminal

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(
    SSHD is None or shutil.which("ssh") is None, reason="needs sshd and ssh (Debian: openssh-server)"
)


class Sshd:
    """A server on a high port of the loopback with throw-away keys, and the command that logs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized_keys")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder / 'host'}\n"
            f"AuthorizedKeysFile {folder / 'authorized_keys'}\nPidFile {folder / 'sshd.pid'}\n"
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        )
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it; the package's service makes it
        self.process = subprocess.Popen(
            [str(SSHD), "-D", "-E", str(folder / "sshd.log"), "-f", str(folder / "sshd_config")]
        )

    def login(self, command: str) -> list[str]:
        return [
            "ssh", "-tt", "-F", "none", "-p", str(self.port), "-i", str(self.folder / "user"),
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR", f"{getpass.getuser()}@127.0.0.1", command,
        ]  # fmt: skip


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    end = time.monotonic() + 10
    while server.process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1):
            break
        time.sleep(0.02)
    if server.process.poll() is not None:
        pytest.skip(f"sshd does not start here: {(tmp_path / 'sshd' / 'sshd.log').read_text()[-300:]}")
    yield server
    server.process.terminate()
    server.process.wait()


def mnist_tui(world: World, pid_file: Path) -> str:
    """Return the remote command: it notes its pid, then becomes the screen."""
    names = ("PYTHONPATH", "XDG_STATE_HOME", "XDG_CACHE_HOME", "MNIST_TUI_CHECKPOINTS", "MNIST_TUI_DATA")
    settings = " ".join(f"{name}='{world.env[name]}'" for name in names)
    return f"cd {ROOT}; echo $$ > {pid_file}; exec env LANG=C.UTF-8 {settings} {sys.executable} -m tui"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended: its parent has not looked yet.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_killed_ssh_client_ends_the_screen_and_not_the_run(world: World, sshd: Sshd, tmp_path: Path) -> None:
    pid_file = tmp_path / "screen.pid"
    with Terminal(sshd.login(mnist_tui(world, pid_file)), world.env) as terminal:
        terminal.until("t  train")
        world.start_long_run()
        terminal.until("epoch 2/500")
        screen = int(pid_file.read_text())
        before = world.status()
        assert before is not None
        os.kill(terminal.pid, signal.SIGKILL)
        # sshd has to notice first that its client is gone; the screen has a second from then on.
        assert gone_within(screen, 2.0)
    after = world.status()
    assert after is not None
    assert (after["pid"], after["state"]) == (before["pid"], "training")
    assert after["step"] > before["step"]

    with Terminal(sshd.login(mnist_tui(world, pid_file)), world.env) as terminal:
        terminal.until("epoch 1:")  # in the log: the history is whole
        terminal.until("training")
        terminal.press("q")
        terminal.until("Leave it (l)")
        terminal.press("l")
        terminal.wait()


def test_two_logins_watch_the_same_run_and_both_are_live(world: World, sshd: Sshd, tmp_path: Path) -> None:
    first_file, second_file = tmp_path / "first", tmp_path / "second"
    with (
        Terminal(sshd.login(mnist_tui(world, first_file)), world.env) as first,
        Terminal(sshd.login(mnist_tui(world, second_file)), world.env) as second,
    ):
        second.until("t  train")
        first.until("t  train")
        world.start_long_run()
        first.until("epoch 2/500")
        second.until("epoch 2/500")
        second.press(" ")
        second.until("paused")
        first.until("paused")
        first.press(" ")
        first.until("training")
        second.until("training")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_detaching_and_attaching_tmux_keeps_screen_and_run(world: World, tmp_path: Path) -> None:
    tmux = ["tmux", "-u", "-S", str(tmp_path / "tmux.sock"), "-f", "/dev/null"]
    try:
        with Terminal([*tmux, "new-session", "-s", "m", mnist_tui(world, tmp_path / "pid")], world.env) as terminal:
            terminal.until("t  train")
            world.start_long_run()
            terminal.until("epoch 2/500")
            terminal.press("\x02d")  # tmux's prefix and d: detach
            terminal.wait()
        with Terminal([*tmux, "attach", "-t", "m"], world.env) as terminal:
            terminal.until("training")
            terminal.until("epoch 3/500")
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)
