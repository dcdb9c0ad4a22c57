"""One run without a screen, from the command to the exit status."""

import asyncio
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TypedDict, Unpack

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import Enqueue, LoadData, ResumeRun, StartRun
from tui.commands.run_coroutine import INTERRUPTED
from tui.commands.train.displays import Display, JsonLines, Lines, ProgressBars, told_where_nobody_reads
from tui.commands.train.follow import follow
from tui.commands.train.interrupts import Interrupts
from tui.commands.train.outcome import Outcome, tell_end
from tui.commands.train.queue.change import waiting
from tui.commands.train.queue.turn import Turn
from tui.link.attach import attached, with_new_engine
from tui.link.errors import CommandRefused, EngineBusy
from tui.link.logout import logout_warning
from tui.state.advice import Coach
from tui.terminal.sanitize import sanitize

BUSY = -1  # in place of an exit status: something else trains


class TrainOptions(TypedDict, total=False):
    """`resume` names a run to go on with, and `changes` what is to be other in it; `processes` are the engine's. With
    `wait` the run waits in the queue while something else trains; `fork` is the checkpoint it begins with."""

    resume: str
    fork: str
    wait: bool
    changes: dict[str, Value] | None
    processes: int | None
    json: bool
    notify: bool
    coach: bool


async def train_headless(checkpoints: Path, config: RunConfig, **options: Unpack[TrainOptions]) -> int:
    """Train a run to its end and return the exit status, BUSY where it could wait for what trains."""
    await warn_of_logout()
    try:
        return (await train_run(checkpoints, config, Interrupts(), **options)).status
    except EngineBusy as error:
        if options.get("resume"):
            raise
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            remedy = "add --wait to train once it has ended, or --queue to leave that to the engine"
            raise CommandRefused(f"{error}; or {remedy}") from error
        print(sanitize(str(error)), file=sys.stderr)
        return BUSY


async def warn_of_logout() -> None:
    if warning := await asyncio.to_thread(logout_warning):
        print(f"warning: {sanitize(warning)}", file=sys.stderr)


async def train_run(
    checkpoints: Path, config: RunConfig, interrupts: Interrupts, **options: Unpack[TrainOptions]
) -> Outcome:
    """Train a run to its end, unless it is interrupted, and tell of it.

    An engine that a user's own network has changed for good makes way for a new one.
    """
    return await with_new_engine(checkpoints, lambda: train_once(checkpoints, config, interrupts, **options))


async def train_once(
    checkpoints: Path,
    config: RunConfig,
    interrupts: Interrupts,
    *,
    resume: str = "",
    fork: str = "",
    wait: bool = False,
    changes: dict[str, Value] | None = None,
    processes: int | None = None,
    json: bool = False,
    notify: bool = True,
    coach: bool = False,
) -> Outcome:
    """Train a run with the engine that there is. Raises EngineStale."""
    display: Display = JsonLines() if json else ProgressBars() if sys.stderr.isatty() else Lines()
    async with attached(checkpoints, data=config.data, processes=processes) as session:
        if interrupts.came:  # before there was anything to stop
            return Outcome(INTERRUPTED, None)
        together = session.client.welcome.processes
        session.rejoins = together > 1
        config = config.replace({"processes": together})
        turn = Turn(display) if wait else None
        command: ResumeRun | StartRun | Enqueue = StartRun(id=1, config=config, fork=fork)
        if resume:
            command = ResumeRun(id=1, run=resume, changes=changes or {}, data=config.data)
        elif turn is not None:
            command = Enqueue(id=1, config=config, fork=fork)
            interrupts.follow(turn)
        elif not fork:
            session.client.send(LoadData(id=2, path=config.data))  # not what another screen had loaded before
        session.client.send(command)
        interrupts.guard(session)
        try:
            with told_where_nobody_reads(), display if isinstance(display, ProgressBars) else nullcontext():
                view = await follow(
                    session, display, notify and sys.stderr.isatty(), Coach(on=coach), config, interrupts, turn
                )
        except CommandRefused as error:
            if not (interrupts.came and (session.waits or turn is not None)):
                raise
            print(sanitize(str(error)), file=sys.stderr)  # stopped before it began
            return Outcome(INTERRUPTED, None)
        except KeyboardInterrupt:  # nobody reads what is printed
            return Outcome(INTERRUPTED, None)
        finally:
            interrupts.guard(None)
    if turn is not None and not turn.came:
        print(sanitize(f"{session.end_reason}. The run waits in the queue as {turn.number}"), file=sys.stderr)
        return Outcome(INTERRUPTED if interrupts.came else 1, None)
    outcome = Outcome(tell_end(checkpoints, view, interrupts.came, session.failure), view)
    if interrupts.came and (others := waiting(checkpoints)):
        go_on = "starts now" if others == 1 else "start now, one after the other"
        print(f"{counted(others, 'waiting run')} {go_on}; `mnist-tui queue pause` holds the queue", file=sys.stderr)
    return outcome
