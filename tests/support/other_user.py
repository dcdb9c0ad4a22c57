"""What another user of the machine can do: code run under another number, where the tests run as root."""

import os
import select
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from limits import LIMIT

NOBODY = 65534
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become another user")


def as_other_user(tell: Callable[[], str]) -> str:
    """Return what a function tells in a process of another user. It may use only what is imported already."""
    output, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = tell()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(told, answer.encode())
        os._exit(0)
    os.close(told)
    try:
        ready, _, _ = select.select([output], [], [], LIMIT)
        assert ready, "the other user's process does not answer"
        return os.read(output, 65536).decode()
    finally:
        os.close(output)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, as they may not enter those of pytest."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)
