"""Nobody reads the terminal for a while: the engine does not notice, and the screen neither waits nor grows."""

import asyncio
import os
import select
import signal
import termios
import time

import pytest
from limits import LIMIT
from terminal import Terminal

from engine.vocabulary.messages import AskStatus, StatusTold
from tests.e2e.world import PROGRAM, World, epoch_after
from tui.link.attach import attached


class Stall:
    """A terminal that is not read. What the program draws meanwhile soon fills all there is between the two."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.drawn = 0
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
        self.drawn += 1
        time.sleep(0.05)

    def fill_queue(self) -> None:
        """Have the program draw more frames than Textual's writer takes."""
        for _ in range(40):
            self.draw_all()


def told(world: World) -> StatusTold:
    """Return what the engine says of itself."""

    async def ask() -> StatusTold:
        async with attached(world.checkpoints, start=False) as session:
            return await session.ask(AskStatus(), StatusTold)

    return asyncio.run(ask())


@pytest.mark.slow
def test_the_engine_does_not_notice_and_the_screen_is_soon_up_to_date(world: World) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        terminal.until("t  train")
        frame = len(terminal.raw)
        world.start_long_run()
        terminal.until_match(epoch_after(1))
        with Stall(terminal) as stall:
            before = after = told(world)
            while after.epoch < before.epoch + 5 or stall.drawn < 100:
                stall.draw_all()
                after = told(world) if stall.drawn % 10 == 0 else after
        kept = len(terminal.raw)
        terminal.until_match(epoch_after(after.epoch - 1))
        kept = len(terminal.raw) - kept
        print(f"\n{stall.drawn} frames were drawn unread, {kept:,} bytes were kept of them; the first had {frame:,}")
        assert kept < 30 * frame  # what lies between the two, and no frame beyond
        terminal.press("5")
        terminal.until("beside it the next run")


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_screen_all_the_same(world: World, number: signal.Signals, status: int) -> None:
    with Terminal(PROGRAM, world.env) as terminal:
        before = termios.tcgetattr(terminal.fd)
        terminal.until("t  train")
        with Stall(terminal) as stall:
            stall.fill_queue()
            os.kill(terminal.pid, number)
            assert wait_unread(terminal) == status
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
