"""One command's session with the engine, for everything that runs without a screen."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine.storage.paths import PathError
from engine.vocabulary.messages import AnyEvent, Command, EngineFailed, EngineReady, RunEnded, Snapshot, StatusTold
from tui.link.client import EngineClient
from tui.link.errors import CommandRefused, EngineSilent, EngineUnreachable
from tui.link.waiting import (
    START_LIMIT,
    STARTING,
    TELL_AFTER,
    OnWait,
    Stopwatch,
    WaitPrinter,
    holder,
    is_given_up,
    silence,
)
from tui.link.watchdog import Health, look_after, retrieve_exception

E = TypeVar("E", bound=AnyEvent)
T = TypeVar("T")


@dataclass(frozen=True)
class Rejoined:
    """An engine of several processes had to start again, and was attached to anew. `known` is all of its snapshot,
    which came before this; `reason` is what the one before said, "" for nothing."""

    reason: str
    known: tuple[AnyEvent, ...] = ()


@dataclass(frozen=True)
class CaughtUp:
    """All of a snapshot came before this. A run may have ended in it, and have been resumed since."""


class Session:
    """A client, and the queue its events arrive in, each with whether it is news or part of a snapshot.

    None in the queue means that there will be no more.
    """

    def __init__(self, client: EngineClient, *, limit: float = START_LIMIT, say: OnWait | None = None) -> None:
        self.client = client
        self.rejoins = False  # whether to go on with an engine of several processes that had to start again
        self.waits = False  # whether nothing can be done until the engine does something
        self.events: asyncio.Queue[tuple[AnyEvent | Rejoined | CaughtUp, bool] | None] = asyncio.Queue()
        self.hint = ""  # what else can be done while it is waited for
        self.failure = ""  # of an engine that failed
        self._limit = limit
        self._waited = Stopwatch()
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._given_up.add_done_callback(retrieve_exception)
        self._silent = self._ending = False
        self._ready = False  # whether torch is loaded, in which the engine cannot answer for a while
        self.say = say or WaitPrinter()

    async def pump(self) -> None:
        known: list[AnyEvent] | None = None  # of an engine that started again
        try:
            while True:
                looking = asyncio.create_task(look_after(self.client, self.tell, lambda: self.waits))
                looking.add_done_callback(retrieve_exception)
                try:
                    async for event in self.client.events():
                        if isinstance(event, EngineFailed):
                            self.failure = event.reason
                        if isinstance(event, Snapshot):
                            for part in event.events:
                                self._ready |= isinstance(part, EngineReady)
                                self.events.put_nowait((part, False))
                            if known is not None:
                                known += event.events
                            if event.last:
                                again = Rejoined(self.failure, tuple(known)) if known is not None else CaughtUp()
                                self.events.put_nowait((again, False))
                                known = None
                        else:
                            self._ready |= isinstance(event, EngineReady)
                            self.events.put_nowait((event, True))
                finally:
                    looking.cancel()
                if not self.rejoins:
                    return
                await self.client.close()
                self.client = await self.client.rejoin(self.say)
                known = []
        except (EngineUnreachable, PathError):
            pass
        finally:  # whatever ended it: nobody waits for more
            self.events.put_nowait(None)

    @property
    def end_reason(self) -> str:
        """Why there is no engine any more."""
        if self.failure:
            return f"the engine ended: {self.failure}"
        return "the engine ended; `mnist-tui engine log` shows its last output"

    async def until(self, *kinds: type[E]) -> E:
        """Return the next event of these kinds, passing over others. Raises CommandRefused when the engine fails."""
        with self._waiting():
            while True:
                item = await self._unless_given_up(self.events.get())
                if item is None:
                    raise CommandRefused(self.end_reason)
                event, _ = item
                if isinstance(event, EngineFailed):
                    raise CommandRefused(event.reason)
                if isinstance(event, kinds):
                    return event

    async def until_end(self) -> RunEnded | None:
        """Wait until the engine is gone; return the last end of a run that it told of."""
        end = None
        self._ending, self._limit = True, START_LIMIT  # a process that leaves answers nothing any more
        with self._waiting():
            while (item := await self._unless_given_up(self.events.get())) is not None:
                event, news = item
                if isinstance(event, RunEnded) and news:
                    end = event
        return end

    async def ask(self, command: Command, kind: type[E]) -> E:
        """Send a command and return its answer; what it waits for is said on stderr.

        Raises CommandRefused, and EngineSilent when the engine is there and does not answer at all.
        """
        with self._waiting():
            try:
                return await self._unless_given_up(self.client.request(command, kind))
            except CommandRefused:
                if self.client.ended and self.failure:
                    raise CommandRefused(self.end_reason) from None
                raise

    async def _unless_given_up(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        both: set[asyncio.Future[Any]] = {task, self._given_up}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self._given_up.result()
            return task.result()
        finally:
            task.cancel()

    # ------------------------------------------------------------ how it is

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        self.waits, self._waited = True, Stopwatch()
        try:
            yield
        finally:
            self.waits = False

    @property
    def _hint(self) -> str:
        return f"; {self.hint}" if self.hint else ""

    def tell(self, health: Health) -> None:
        """Say what is waited for, and give up an engine that will not answer."""
        pid = self.client.welcome.pid
        waited = self._waited.read()
        if health.silent:
            folder = Path(self.client.welcome.checkpoints)
            who = holder(folder)
            if not (self._ready or who.halted or health.silent >= STARTING):
                return
            self._silent = True
            does = " to end" if self._ending and not who.halted else ", which does not answer"
            self.say(f"waiting for the engine ({who}){does}{self._hint}")
            if self.waits and not self._given_up.done() and is_given_up(who, health.silent, self._limit):
                self._given_up.set_exception(EngineSilent(silence(folder, who, health.silent)))
            return
        if self._silent:
            self._silent = False
            self.say(f"the engine (pid {pid}) answers again")
        if health.status is not None and health.status.stalled:
            self.say(stall_words(health.status, self.hint))
        elif health.status is not None and self.waits and waited >= tell_after(health.status):
            self.say(f"waiting for the engine (pid {pid}): {occupation(health.status)}{self._hint}")


def tell_after(status: StatusTold) -> float:
    return STARTING if status.state == "starting" or not status.doing else TELL_AFTER


def occupation(status: StatusTold) -> str:
    """Return what an engine is doing."""
    run = f" {status.run}" if status.run and status.state != "idle" else ""
    state = "busy" if status.state == "idle" and status.doing else status.state
    doing = f" ({status.doing})" if status.doing else ""
    return f"it is {state}{run}{doing}"


def stall_words(status: StatusTold, hint: str = "") -> str:
    """Return what is told of a run that makes no step."""
    run = status.run or "the run"
    saved = f"; {status.unsaved:,} of its steps are not saved" if status.unsaved else ""
    return f"{run} makes no step after step {status.step:,}{saved}; {hint or '`mnist-tui engine stop` ends it'}"
