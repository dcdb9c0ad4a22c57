"""Textual's Pilot, which waits for what it has set off.

Its own `pause` takes a process that uses no processor for one that has nothing to do; on a busy machine it may only
wait for its turn.
"""

import asyncio
from typing import Any

import pytest
from limits import LIMIT
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot

dispatch = MessagePump._dispatch_message


class Handlers:
    """How many messages are being handled now, in a test."""

    def __init__(self) -> None:
        self.count = 0


class Present:
    """The handlers of the test that runs.

    Each test has its own: what an earlier one left behind ends when its garbage is collected, and would count for this.
    """

    handlers = Handlers()


async def counted(self: MessagePump, message: Message) -> None:
    handlers = Present.handlers
    handlers.count += 1
    try:
        await dispatch(self, message)
    finally:
        handlers.count -= 1


def is_quiet(app: App[Any]) -> bool:
    """Tell whether no widget has a message or callback left, and the screen the size of its terminal."""
    if app.screen.outer_size != app.size:
        return False
    pumps = [app, *app.screen.walk_children(with_self=True)]
    waiting = any(each._message_queue.qsize() or each._pending_message or each._next_callbacks for each in pumps)
    return not waiting and not Present.handlers.count


async def until_quiet(self: Pilot[Any], delay: float | None = None) -> None:
    """Wait until all is done that was set off, and what waits for a frame is, too."""
    await self._wait_for_screen()
    await asyncio.sleep(delay or 0)
    async with asyncio.timeout(LIMIT):
        for _ in range(2):
            while self.app._running and self.app._exception is None and not is_quiet(self.app):  # noqa: ASYNC110
                await asyncio.sleep(0)
            self.app.screen._on_timer_update()


@pytest.fixture(autouse=True)
def _pauses_last_until_all_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    Present.handlers = Handlers()
    monkeypatch.setattr(MessagePump, "_dispatch_message", counted)
    monkeypatch.setattr(Pilot, "pause", until_quiet)
