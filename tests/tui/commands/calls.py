"""Commands called as processes, and in this one."""

import subprocess
import sys
from pathlib import Path

from limits import LIMIT

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
