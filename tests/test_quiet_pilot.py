"""The wait of the tests for a screen that is quiet."""

import asyncio

import pytest
import quiet_pilot
from quiet_pilot import Handlers, Present, counted
from textual.message import Message
from textual.message_pump import MessagePump


async def test_a_handler_that_an_earlier_test_left_behind_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never_done(pump: MessagePump, message: Message) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(quiet_pilot, "dispatch", never_done)
    left = asyncio.ensure_future(counted(MessagePump(), Message()))
    await asyncio.sleep(0)
    assert Present.handlers.count == 1
    monkeypatch.setattr(Present, "handlers", Handlers())  # as at the start of each test
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    assert Present.handlers.count == 0
