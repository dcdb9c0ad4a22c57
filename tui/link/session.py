"""One command's conversation with the engine, for everything that runs without a screen."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine.storage.paths import PathError
from engine.vocabulary.messages import (
    AnyEvent,
    AskStatus,
    Command,
    CommandDone,
    EngineFailed,
    EngineReady,
    RunEnded,
    Shutdown,
    Snapshot,
    StatusTold,
)
from tui.link.client import (
    RETRY_LATER,
    CommandRefused,
    EngineClient,
    EngineSilent,
    EngineStale,
    EngineUnreachable,
    engine_is_running,
)
from tui.link.waiting import (
    NOTICE,
    PATIENCE,
    START_LIMIT,
    STARTING,
    Notice,
    Notices,
    Waited,
    holder,
    is_given_up,
    silence,
)
from tui.link.watchdog import Health, look_after, look_at

IDLE_EXIT = 30.0  # a command's engine leaves soon: memory of a shared machine is not ours to keep

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

    def __init__(self, client: EngineClient, *, limit: float = START_LIMIT, say: Notice | None = None) -> None:
        self.client = client
        self.rejoins = False  # whether to go on with an engine of several processes that had to start again
        self.waits = False  # whether nothing can be done until the engine does something
        self.events: asyncio.Queue[tuple[AnyEvent | Rejoined | CaughtUp, bool] | None] = asyncio.Queue()
        self.hint = ""  # what else can be done while it is waited for
        self.last_words = ""  # of an engine that failed
        self._limit = limit
        self._waited = Waited()
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._given_up.add_done_callback(look_at)
        self._silent = self._ending = False
        self._ready = False  # whether torch is loaded, in which the engine cannot answer for a while
        self.say = say or Notices()

    async def pump(self) -> None:
        known: list[AnyEvent] | None = None  # of an engine that started again
        try:
            while True:
                looking = asyncio.create_task(look_after(self.client, self.tell, lambda: self.waits))
                looking.add_done_callback(look_at)
                try:
                    async for event in self.client.events():
                        if isinstance(event, EngineFailed):
                            self.last_words = event.reason
                        if isinstance(event, Snapshot):
                            for part in event.events:
                                self._ready |= isinstance(part, EngineReady)
                                self.events.put_nowait((part, False))
                            if known is not None:
                                known += event.events
                            if event.last:
                                again = Rejoined(self.last_words, tuple(known)) if known is not None else CaughtUp()
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
    def farewell(self) -> str:
        """Why there is no engine any more."""
        if self.last_words:
            return f"the engine ended: {self.last_words}"
        return "the engine ended; `mnist-tui engine log` shows its last output"

    async def until(self, *kinds: type[E]) -> E:
        """Return the next event of these kinds, passing over others. Raises CommandRefused when the engine fails."""
        with self._waiting():
            while True:
                item = await self._unless_given_up(self.events.get())
                if item is None:
                    raise CommandRefused(self.farewell)
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
                if self.client.ended and self.last_words:
                    raise CommandRefused(self.farewell) from None
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
        self.waits, self._waited = True, Waited()
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
        waited = self._waited.look()
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
        elif health.status is not None and self.waits and waited >= patience_for(health.status):
            self.say(f"waiting for the engine (pid {pid}): {occupation(health.status)}{self._hint}")


def patience_for(status: StatusTold) -> float:
    return STARTING if status.state == "starting" or not status.doing else NOTICE


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


@contextlib.asynccontextmanager
async def attached(
    checkpoints: Path,
    *,
    data: str = "",
    start: bool = True,
    processes: int | None = None,
    say: Notice | None = None,
    limit: float | None = None,
) -> AsyncIterator[Session]:
    """Attach to the engine, starting one unless told not to. Raises EngineUnreachable, or OSError without one.

    Who does not start one only asks what all versions understand, and so gets an engine of any version. What is waited
    for is said on stderr.
    """
    say = say or Notices()
    limit = limit or (START_LIMIT if start else PATIENCE)
    if start:
        client = await EngineClient.connect_or_start(
            checkpoints, data=data, idle_exit=IDLE_EXIT, processes=processes, notice=say
        )
    else:
        client = await reach(checkpoints, say, limit)
    session = Session(client, limit=limit, say=say)
    pump = asyncio.create_task(session.pump())
    try:
        yield session
    finally:
        pump.cancel()
        await session.client.close()


async def with_new_engine(checkpoints: Path, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what `ask` does; it is done again with a new engine where a user's own network has changed this one."""
    try:
        return await ask()
    except EngineStale:  # why is in its log, and was shown
        print("starting a new engine", file=sys.stderr)
        await renew(checkpoints)
        return await ask()


async def renew(checkpoints: Path) -> None:
    """End an engine that has nothing to do, so that a new one can be started."""
    with contextlib.suppress(OSError, EngineUnreachable, CommandRefused):  # it is gone already
        async with attached(checkpoints, start=False) as session:
            status = await session.ask(AskStatus(), StatusTold)
            if status.state == "idle":  # nobody has begun to train meanwhile
                await session.ask(Shutdown(), CommandDone)
                await session.until_end()


async def reach(checkpoints: Path, notice: Notice, limit: float) -> EngineClient:
    """Attach to the engine that there is, of any version. Raises OSError when there is none, EngineSilent when there is
    one that does not answer."""
    waited = Waited()
    while True:
        try:
            return await EngineClient.connect(checkpoints, any_version=True, limit=limit, notice=notice)
        except OSError:
            if not engine_is_running(checkpoints):
                raise
        who = holder(checkpoints)
        if is_given_up(who, waited.look(), limit):
            raise EngineSilent(silence(checkpoints, who, waited.seconds))
        if waited.seconds >= NOTICE:
            notice(f"waiting for the engine ({who}), which holds {checkpoints} and does not answer")
        await asyncio.sleep(RETRY_LATER)


async def ask_engine(checkpoints: Path, command: Command, kind: type[E]) -> E:
    """Ask the engine of a folder of runs. Raises EngineUnreachable."""
    try:
        async with attached(checkpoints, start=False) as session:
            return await session.ask(command, kind)
    except OSError:
        raise EngineUnreachable(f"no engine runs for {checkpoints}") from None
