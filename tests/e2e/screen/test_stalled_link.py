"""Nobody reads the terminal for a while: the engine does not notice, and the screen neither waits nor grows."""

import asyncio
import os
import re
import select
import signal
import termios
import time
from pathlib import Path

import pytest
from limits import LIMIT
from terminal import Terminal

from engine.vocabulary.messages import AskStatus, StatusTold
from tests.e2e.world import PROGRAM, World, epoch_after
from tui.link.attach import attached

MIB = 2**20


class Stall:
    """A terminal that is not read. What the program draws meanwhile soon fills all there is between the two."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._slave = os.open(f"/proc/{terminal.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)

    def __enter__(self) -> "Stall":
        """Return when no byte has fitted in for half a second."""
        end = time.monotonic() + LIMIT
        full_since = None
        while full_since is None or time.monotonic() - full_since < 0.5:
            assert time.monotonic() < end, "the terminal takes bytes without end"
            self.draw_all()
            full = not select.select([], [self._slave], [], 0)[1]
            full_since = (full_since or time.monotonic()) if full else None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._slave)

    def draw_all(self) -> None:
        """Have the program draw all of its screen: in ASCII, or no more so."""
        self.terminal.press("A")
        time.sleep(0.05)

    def fill_queue(self) -> None:
        """Have the program draw more frames than Textual's writer takes."""
        for _ in range(40):
            self.draw_all()

    def last(self, seconds: float) -> None:
        """Go on, with some frames a second as in a run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.draw_all()
            time.sleep(0.25)


def resident(pid: int) -> int:
    """Return the memory of a process in bytes."""
    return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


def told(world: World) -> StatusTold:
    """Return what the engine says of itself."""

    async def ask() -> StatusTold:
        async with attached(world.checkpoints, start=False) as session:
            return await session.ask(AskStatus(), StatusTold)

    return asyncio.run(ask())


def steps_per_second(before: StatusTold, after: StatusTold) -> float:
    return (after.step - before.step) / (after.uptime - before.uptime)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, 60])
def test_the_engine_does_not_notice_and_the_screen_is_soon_up_to_date(world: World, seconds: float) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("t  train")
        world.start_long_run()
        terminal.until_match(epoch_after(1))
        before, end = told(world), time.monotonic() + min(10, seconds)
        while time.monotonic() < end:
            terminal.read(0.1)
        usual = steps_per_second(before, told(world))

        with Stall(terminal) as stall:
            before = told(world)
            pids = terminal.pid, before.pid
            memory = [resident(pid) for pid in pids]
            stall.last(seconds)
            after = told(world)
            growth = [resident(pid) - size for pid, size in zip(pids, memory, strict=True)]
        stalled = steps_per_second(before, after)

        began = time.monotonic()
        terminal.until_match(epoch_after(after.epoch - 1))
        current = time.monotonic() - began
        print(
            f"\nstalled for {seconds} s: {stalled / usual:.0%} of the usual steps/s, up to date after {current:.2f} s,"
            f" memory of the screen {growth[0] / MIB:+.1f} MiB, of the engine {growth[1] / MIB:+.1f} MiB"
        )
        assert stalled > 0.2 * usual
        assert current < 10
        assert max(growth) < 100 * MIB  # what allocators keep varies by tens of MiB; a backlog would have no bound
        terminal.press("5")
        terminal.until("while it trains")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_screen_all_the_same(world: World, number: signal.Signals, status: int) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        terminal.until("t  train")
        with Stall(terminal) as stall:
            stall.fill_queue()
            began = time.monotonic()
            os.kill(terminal.pid, number)
            assert wait_unread(terminal) == status
            print(f"\ngone {time.monotonic() - began:.2f} s after {number.name}")
            if number == signal.SIGTERM:  # after a hang-up there is no terminal to be put in order
                assert termios.tcgetattr(terminal.fd) == before


@pytest.mark.slow
def test_one_that_waits_in_a_write_is_ended_as_well(world: World) -> None:
    program = (
        "import pathlib, sys, tui.app.main; from tui.terminal.flow_control import FlowControl;"
        "FlowControl.can_write = lambda self: True;"
        f"sys.exit(tui.app.main.open_app(pathlib.Path({str(world.checkpoints)!r}), ''))"
    )
    with Terminal([PROGRAM[0], "-c", program], world.env) as terminal:
        terminal.until("t  train")
        with Stall(terminal) as stall:
            stall.fill_queue()
            os.kill(terminal.pid, signal.SIGTERM)
            assert wait_unread(terminal) == 143


def wait_unread(terminal: Terminal) -> int:
    """Return the exit status of the program, while nobody reads what it writes."""
    end = time.monotonic() + LIMIT
    while True:
        pid, status = os.waitpid(terminal.pid, os.WNOHANG)
        if pid:
            terminal.status = os.waitstatus_to_exitcode(status)
            return terminal.status
        assert time.monotonic() < end, "the program does not end"
        time.sleep(0.02)
