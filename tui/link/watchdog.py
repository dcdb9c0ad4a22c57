"""Watches an engine while a client is attached: whether it answers, and whether its run makes steps.

An engine that has nothing to say is silent, and so is one that is suspended. So it is asked, whenever it has said
nothing for a while; the thread that answers is not the one that trains.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from engine.vocabulary.messages import AnyEvent, AskStatus, Command, StatusTold
from tui.link.waiting import TELL_AFTER, TICK, Stopwatch

E = TypeVar("E", bound=AnyEvent)


@dataclass(frozen=True)
class Health:
    """`silent` counts the seconds for which the engine has not answered; `status` is its answer, None before the first
    and where it has news to tell anyway."""

    silent: float = 0.0
    status: StatusTold | None = None


WELL = Health()


class Client(Protocol):
    """What is needed of an EngineClient."""

    heard: int
    ended: bool

    async def request(self, command: Command, kind: type[E]) -> E: ...


async def look_after(client: Client, tell: Callable[[Health], None], asks: Callable[[], bool] = lambda: False) -> None:
    """Tell how the engine is, at each tick on which it is not simply heard, and once when it is heard again.

    With `asks` its status is asked for even while it talks: somebody waits for an answer.
    Raises CommandRefused when the connection ends in the middle of a question.
    """
    heard, told = client.heard, WELL
    quiet = silent = 0.0  # seconds without news; without any answer
    question: asyncio.Task[StatusTold] | None = None
    waited = Stopwatch()
    try:
        while not client.ended:
            await asyncio.sleep(TICK)
            before = waited.seconds
            passed = waited.read() - before
            quiet, silent = quiet + passed, silent + passed
            if client.heard != heard:
                heard, quiet, silent = client.heard, 0.0, 0.0
            health = told
            if question is not None and question.done():
                health, question, silent = Health(status=question.result()), None, 0.0
            elif question is not None and silent >= TELL_AFTER:
                health = Health(silent=silent)
            if question is None and (quiet >= TELL_AFTER or asks()):
                question = asyncio.ensure_future(client.request(AskStatus(), StatusTold))
                question.add_done_callback(retrieve_exception)
            elif question is None or not quiet:
                health = WELL
            if health != told:
                told = health
                tell(health)
    finally:
        if question is not None:
            question.cancel()


def retrieve_exception(future: "asyncio.Future[Any]") -> None:
    """Take note of what became of a future that perhaps nobody waits for any more: asyncio would complain."""
    if not future.cancelled():
        future.exception()
