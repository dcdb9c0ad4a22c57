"""Ctrl-C between two runs, and while a command is held up in writing: nobody reads what it prints."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest
from limits import LIMIT

from tui.commands.train.interrupts import Interrupts, listen

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def write_for_ever(end: int) -> None:
    """Hold up the event loop, as soon as the pipe is full."""
    while True:
        os.write(end, bytes(1 << 16))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_a_command_whose_output_nobody_reads(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.commands.train.interrupts.HELD_UP", 0.01)
    dropped: list[bool] = []
    monkeypatch.setattr("tui.commands.train.interrupts.drop_output", lambda: dropped.append(True))
    taken: list[int] = []
    listen(taken.append)
    reads, writes = os.pipe()
    sending = threading.Timer(0.1, os.kill, [os.getpid(), number])
    end = threading.Timer(LIMIT, os.close, [reads])
    sending.start()
    end.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            write_for_ever(writes)
    finally:
        end.cancel()
        os.close(reads)
        os.close(writes)
    assert (taken, dropped) == ([number], [True])


async def test_two_signals_at_once_are_two_and_the_loop_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    both = asyncio.Event()
    taken: list[int] = []

    def take(number: int) -> None:
        taken.append(number)
        if len(taken) == 2:
            both.set()

    listen(take)
    for _ in range(2):
        signal.raise_signal(signal.SIGINT)
    await asyncio.wait_for(both.wait(), LIMIT)
    assert taken == [signal.SIGINT] * 2
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


async def test_a_control_c_between_two_runs_is_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    interrupts = Interrupts()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    interrupts.guard(None)
    try:
        signal.raise_signal(signal.SIGINT)
        async with asyncio.timeout(LIMIT):
            while not interrupts.came:  # noqa: ASYNC110  (the loop takes the signal in a turn of its own)
                await asyncio.sleep(0)
        with pytest.raises(KeyboardInterrupt):
            interrupts._take()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert "stopping before the next run" in capsys.readouterr().err
