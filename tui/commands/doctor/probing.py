"""A probe of the engine, run in a process of its own with the libraries the engine would have."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from tui.link.start import engine_environment

LIMIT = 120.0  # seconds: torch may have to be read from a cold disk


class ProbeError(Exception):
    """It did not answer; the message is the last that it said."""


class ProbeLateError(ProbeError):
    """It did not answer in time, which need not be its own fault."""


def probe(name: str) -> "subprocess.Popen[bytes]":
    """Start `engine/program/NAME.py`."""
    return subprocess.Popen(
        [sys.executable, *module(name)],
        env=engine_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def module(name: str) -> list[str]:
    return ["-m", f"engine.program.{name}"]


def answer(process: "subprocess.Popen[bytes]", end: float) -> dict[str, Any]:
    """Return what a probe found, at the latest at `end` on the monotonic clock. Raises ProbeError."""
    try:
        output, errors = process.communicate(timeout=max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # not waited for: what hangs in a driver cannot be ended
        raise ProbeLateError(f"no answer within {LIMIT:g} s") from None
    lines = errors.decode(errors="replace").strip().splitlines()
    if process.returncode < 0:
        raise ProbeError(f"it crashed: {signal.Signals(-process.returncode).name}")
    try:
        found: dict[str, Any] = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        raise ProbeError(lines[-1] if lines else f"exit status {process.returncode}") from None
    return found
