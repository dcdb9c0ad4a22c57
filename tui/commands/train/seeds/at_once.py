"""`mnist-tui train --seeds 8 --jobs 4`: several runs at once, followed to their ends."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    DataProgress,
    DataReady,
    EngineFailed,
    EpochDone,
    JobsPlanned,
    LoadData,
    PlanJobs,
    Printed,
    RunBegun,
    RunEnded,
    RunEvent,
    RunTold,
    StartRun,
    Stop,
    StudyEvent,
    TrackerTold,
)
from tui.commands.train.displays import ProgressBars, told_where_nobody_reads
from tui.commands.train.follow import advise
from tui.commands.train.interrupts import STOP, Interrupts
from tui.commands.train.outcome import Outcome, tell_end
from tui.commands.train.seeds.displays import Shown, display_for
from tui.link.attach import attached
from tui.link.errors import CommandRefused, EngineBusy
from tui.link.session import CaughtUp, Rejoined, Session
from tui.state.advice import Coach
from tui.state.run import RunView, apply_to_run
from tui.state.words.runs import plan_in_words
from tui.terminal.notifications import call_for_attention

Result = Outcome | CommandRefused


class StopAll(Interrupts):
    """Ctrl-C ends all runs that this command has begun, and those that it is beginning as soon as they have."""

    def __init__(self) -> None:
        super().__init__("stopping all runs after this step and saving")
        self.runs: Callable[[], list[str]] = list

    def _ask(self, session: Session) -> None:
        for run in self.runs():
            session.client.send(Stop(id=STOP, run=run))


class AtOnce:
    """Runs that train at once. `views` has all that the engine tells of, `ours` those that we have begun."""

    def __init__(self, session: Session, display: Shown, interrupts: StopAll, *, coach: bool) -> None:
        self.session = session
        self.display = display
        self.interrupts = interrupts
        self.views: dict[str, RunView] = {}
        self.ours: dict[str, RunConfig] = {}
        self.over = False  # nothing more is heard of them
        self._coach = Coach(on=coach)
        self._coaches: dict[str, Coach] = {}
        self._held: dict[str, list[RunEvent]] = {}  # of runs that may turn out to be ours
        self._shown: list[object] = []  # each snapshot has it again
        self._changed = asyncio.Event()
        self.ended: RunEnded | None = None  # the last one
        interrupts.runs = lambda: self.live

    @property
    def live(self) -> list[str]:
        return [run for run in self.ours if run not in self.views or self.views[run].live]

    @property
    def _training(self) -> set[str]:
        """All that train beside each other, whoever has begun them."""
        return {run for run, view in self.views.items() if view.live}

    # ------------------------------------------------------------------ events

    async def listen(self) -> None:
        """Take what the engine tells, until the session ends or we are told to leave."""
        try:
            while (item := await self.session.events.get()) is not None:
                event, news = item
                match event:
                    case RunTold():
                        self._take(event.told, news)
                    case CommandFailed(reply_to=reply_to) if reply_to == STOP:
                        self.interrupts.refused(event)
                    case EngineFailed():
                        self.display.say(f"the engine failed: {event.reason}")
                    case _ if isinstance(event, CaughtUp | Rejoined | RunEvent | StudyEvent):
                        pass
                    case DataReady() if event.reply_to:
                        pass
                    case _ if news or not (
                        isinstance(event, Printed | DataProgress | TrackerTold) or event in self._shown
                    ):
                        self._shown.append(event)
                        self.display.begin("")
                        self.display.show(event, None)
                self._tell_change()
        finally:
            self.over = True
            self._tell_change()

    def _take(self, event: RunEvent, news: bool) -> None:
        view = apply_to_run(self.views.get(event.run), event)
        if view is not None:
            self.views[event.run] = view
        if event.run in self.ours:
            if news:
                self._show(event)
        elif news:
            self._held.setdefault(event.run, []).append(event)

    def _show(self, event: RunEvent) -> None:
        view = self.views.get(event.run)
        self.display.begin(event.run)
        self.display.show(event, view)
        if isinstance(event, RunEnded):
            self.ended = event
        if view is not None and isinstance(event, EpochDone | RunEnded):
            coach = self._coaches.get(event.run, self._coach)
            self._coaches[event.run] = advise(coach, view, self.display, self.ours[event.run])
        self.display.begin("")

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not (self.over or reached()):
            await self._changed.wait()

    # -------------------------------------------------------------------- runs

    async def train(self, config: RunConfig, jobs: int) -> RunView | None:
        """Train one of them to its end; None where nothing was heard of it. Raises CommandRefused."""
        run = await self._begin(config, jobs)
        self.ours[run] = config
        for event in self._held.pop(run, ()):
            self._show(event)
        if self.interrupts.came:  # while it was beginning
            self.session.client.send(Stop(id=STOP, run=run))
        await self._until(lambda: run not in self.live)
        return self.views.get(run)

    async def _begin(self, config: RunConfig, jobs: int) -> str:
        while True:
            before = self._training
            try:
                return (await self.session.client.request(StartRun(config=config, jobs=jobs), RunBegun)).run
            except EngineBusy:  # others have begun runs here as well
                if not before or self.over:
                    raise
                await self._until(lambda: not before <= self._training)  # noqa: B023  (awaited at once)

    async def train_all(self, configs: Sequence[RunConfig], jobs: int) -> list[Result | None]:
        """Train all of them, so many at once; None for those that were not begun."""
        places = asyncio.Semaphore(jobs)

        async def one(config: RunConfig) -> Result | None:
            async with places:
                if self.over or self.interrupts.came:
                    return None
                self.display.begin("")
                self.display.say(f"seed {config.seed}, {configs.index(config) + 1} of {len(configs)}")
                try:
                    view = await self.train(config, jobs)
                except CommandRefused as error:
                    return error
                return Outcome(0, view)

        listening = asyncio.create_task(self.listen())
        try:
            return await asyncio.gather(*map(one, configs))
        finally:
            if listening.done():
                listening.result()  # an output that nobody reads ends it
            listening.cancel()


async def train_at_once(
    checkpoints: Path, configs: Sequence[RunConfig], jobs: int, *, json: bool, notify: bool, coach: bool
) -> tuple[list[Result | None], bool]:
    """Train these configurations, `jobs` at once or, for 0, as many as pay; return what became of each, and whether
    somebody here asked to stop. Raises CommandRefused for a number that memory does not allow."""
    display = display_for(json)
    interrupts = StopAll()
    async with attached(checkpoints, data=configs[0].data, processes=1, jobs=jobs) as session:
        session.client.send(LoadData(id=2, path=configs[0].data))  # not what another screen had loaded before
        interrupts.guard(None)
        plan = await session.ask(PlanJobs(config=configs[0], jobs=jobs, runs=len(configs)), JobsPlanned)
        interrupts.guard(session)
        at_once = AtOnce(session, display, interrupts, coach=coach)
        if interrupts.came:
            return [None] * len(configs), True
        display.say(plan_in_words(plan, "runs"))
        try:
            bars = display if isinstance(display, ProgressBars) else nullcontext()
            with told_where_nobody_reads("the runs go on"), bars:
                results = await at_once.train_all(configs, plan.jobs)
        except KeyboardInterrupt:  # nobody reads what is printed
            results = [None] * len(configs)
        finally:
            interrupts.guard(None)
    for result in results:
        if isinstance(result, Outcome) and (result.view is not None or not interrupts.came):
            tell_end(checkpoints, result.view, interrupts.came, session.failure)
    if notify and sys.stderr.isatty() and at_once.ended is not None:
        call_for_attention(at_once.ended)
    return results, interrupts.came
