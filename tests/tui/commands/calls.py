"""Commands called as processes, and in this one."""

import signal
import subprocess
import sys
from pathlib import Path

from limits import LIMIT

from engine.vocabulary.messages import EpochDone, decode_event
from tui.link.start import engine_environment


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tui", *arguments]


def environment(checkpoints: Path) -> dict[str, str]:
    return {**engine_environment(), "MNIST_TUI_CHECKPOINTS": str(checkpoints)}


def call(checkpoints: Path, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments), env=environment(checkpoints), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == expect, done.stderr
    assert "Traceback" not in done.stderr
    return done


def interrupted_after_an_epoch(checkpoints: Path, *arguments: str) -> tuple[int, str, str]:
    """Press Ctrl-C after the first epoch; return the exit status, and what it wrote to stdout since, and to stderr."""
    process = subprocess.Popen(
        command(*arguments), env=environment(checkpoints), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while not isinstance(decode_event(process.stdout.readline().encode()), EpochDone):
            pass
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    return process.returncode, rest, errors
