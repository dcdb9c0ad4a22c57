"""A real `mnist-tui web`, and the processes of its screens."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
from limits import LIMIT

from tests.e2e.world import PROGRAM, World

LINK = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")


class Served:
    """The server's process, and the links that it prints."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def link(self) -> str:
        """Return the next link that is printed."""
        assert self.process.stdout is not None
        patience = threading.Timer(LIMIT, self.process.kill)
        patience.start()
        try:
            for line in self.process.stdout:
                if found := LINK.search(line):
                    return found[0]
        finally:
            patience.cancel()
        raise AssertionError("the server has ended without a link")

    def screens(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self, number: int) -> int:
        os.kill(self.process.pid, number)
        return self.process.wait(LIMIT)


@contextmanager
def signals_heard(*numbers: int) -> Iterator[None]:
    """Have what is started hear these signals, though these tests may run in the background, or under nohup."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def web_server(world: World, *options: str, before: Sequence[str] = ()) -> Iterator[Served]:
    command = [*before, *PROGRAM, "web", "--port", "0", *options]
    with signals_heard(signal.SIGINT, signal.SIGHUP):
        process = subprocess.Popen(command, env=world.env, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            yield Served(process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(LIMIT)
