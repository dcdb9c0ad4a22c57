"""An app attached to an engine: the only place that applies its events and sends it commands."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from textual import work

from engine.machine.lock_holder import STATES, state_of_process
from engine.storage.paths import PathError
from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    Command,
    DataFailed,
    DataReady,
    DescribeModel,
    ListRuns,
    LoadData,
    Predict,
    PreviewAugmentation,
    ProtocolError,
    RunEnded,
    RunOpened,
    RunStarted,
    SavingFailed,
    Shutdown,
    StepsDone,
    program_version,
)
from tui.app.terminal import TerminalApp
from tui.coach.watch import coached
from tui.link.client import CommandRefused, EngineClient, EngineUnreachable
from tui.link.logout import logout_warning
from tui.link.watchdog import Health, look_after
from tui.screens.dialogs import version_question
from tui.state.advice import Coach
from tui.state.store import State, apply, say
from tui.state.words.events import describe, duration
from tui.terminal.notifications import worth_a_call
from tui.terminal.sanitize import inert

RENEWING = 15.0  # seconds for another screen to start an engine in place of one that was stale
SILENT = 4.0  # seconds without an answer from which it is shown
AT_ONCE = 0.03  # seconds within which events that answer a key are drawn together


class EngineApp(TerminalApp):
    """The state of an engine, kept up to date as long as there is one."""

    def __init__(self, checkpoints: Path, data: str, *, ascii: bool | None, notify: bool, coach: bool) -> None:
        super().__init__(ascii=ascii, notify=notify)
        self.checkpoints = checkpoints
        self.data = data
        self._data_told = ""  # what was said to be wrong with it; what others tried before is not said here
        self.state = State(coach=Coach(on=coach), next_config=RunConfig(data=data))
        self.client: EngineClient | None = None
        self._replacing = False  # the engine that is ending is to be followed by one that suits
        self._processes: int | None = None  # that the next engine is to have
        self._next: Command | None = None  # for the next engine

    @property
    def config(self) -> RunConfig:
        """The configuration of the next run."""
        return self.state.next_config

    @config.setter
    def config(self, config: RunConfig) -> None:
        self.set_state(replace(self.state, next_config=config))

    def offer(self, config: RunConfig) -> None:
        """Have the next run be so."""
        self.config = config

    def set_state(self, state: State, *, soon: bool = True) -> None:
        """Take a state and see to it that it is drawn, at most once a frame."""
        self.state = state
        self.draw_soon(AT_ONCE if soon else self.frame_time)

    @work(group="engine", exclusive=True)
    async def converse(self) -> None:
        """Attach to the engine and apply its events until it is gone for good."""
        client: EngineClient | None
        try:
            client = await self.connect()
        except (EngineUnreachable, PathError, ProtocolError, OSError) as error:
            self.set_state(replace(self.state, link="lost", link_reason=inert(str(error))))
            return
        reason = ""
        while client is not None:
            reason = await self.attend(client)
            client = await self.rejoined(client)
        if self._replacing:
            self._replacing = False
            self.action_reconnect()
            return
        run, study = self.state.run, self.state.study
        if run is not None and run.live:
            self.call_for_attention(f"{run.run} interrupted: its engine ended")
            self.state = replace(self.state, run=replace(run, state="interrupted"))
        if study is not None and study.live:
            self.call_for_attention(f"{study.study} interrupted: its engine ended")
            self.state = replace(self.state, study=replace(study, state="interrupted"))
        self.notify(reason, severity="error", markup=False)
        self.set_state(replace(say(self.state, reason), link="lost", link_reason=reason))

    async def attend(self, client: EngineClient) -> str:
        """Apply the events of an engine until the connection ends; return what is to be told then."""
        self.client = client
        self.set_state(
            State(
                link="foreign" if client.foreign else "live",
                coach=self.state.coach,
                next_config=self.state.next_config,
            )
        )
        if client.foreign:
            self.decide_about(client)
        self.take_processes(client.welcome.processes)
        self.warn_of_logout()
        self.send(ListRuns())
        if self.data:
            self.send(LoadData(id=1, path=self.data))
        if self._next is not None:
            self.send(self._next)
            self._next = None
        reason = ""
        self.watch_engine(client)
        try:
            async for event in client.events():
                self.receive(event)
        except ProtocolError as error:
            reason = inert(
                f"The engine sent a message that this screen does not understand ({error}); press e to attach again."
            )
            await client.close()
        self.client = None
        if self.state.silence or self.state.stalled:
            self.set_state(replace(self.state, silence="", stalled=0.0))
        why = f": {self.state.engine_problem}." if self.state.engine_problem else "."
        kept = "A run in progress is kept up to its last checkpoint: press e, then R to resume it."
        return reason or f"The engine ended{why} {kept}"

    @work(group="health", exclusive=True)
    async def watch_engine(self, client: EngineClient) -> None:
        """Show whether the engine answers, and whether its run makes steps, until the connection ends."""
        with contextlib.suppress(CommandRefused):
            await look_after(client, self.receive_health)

    def receive_health(self, health: Health) -> None:
        stalled = health.status.stalled if health.status is not None else 0.0
        silence = ""
        if health.silent >= SILENT and self.client is not None:
            pid = self.client.welcome.pid
            halted = STATES.get(state_of_process(pid), "suspended?")
            silence = f"engine does not answer for {duration(health.silent)} (pid {pid}, {halted})"
        if (silence, stalled) != (self.state.silence, self.state.stalled):
            self.set_state(replace(self.state, silence=silence, stalled=stalled))

    def tell_waiting(self, line: str) -> None:
        """Show what is waited for while there is no connection."""
        self.set_state(replace(say(self.state, inert(line)), link_reason=inert(line)))

    async def rejoined(self, client: EngineClient) -> EngineClient | None:
        """Return a new connection: to an engine of several processes that lost one, or to the one that has taken the
        place of one that was stale. None where all has ended."""
        stale = self.state.engine is not None and bool(self.state.engine.stale) and not self.state.training
        if self._replacing or (client.welcome.processes == 1 and not stale):
            return None
        lost = f"The engine ended, or lost one of its {client.welcome.processes} processes; it may start again."
        lost = "The engine ended; another screen may start a new one." if stale else lost
        self.set_state(replace(say(self.state, lost), link="connecting", link_reason=lost))
        try:
            return await client.rejoin(self.tell_waiting, RENEWING if stale else 0.0)
        except (EngineUnreachable, PathError, ProtocolError):
            return None

    def take_processes(self, processes: int) -> None:
        """Offer in the form what the engine has: a run begins at once with so many."""
        if processes != self.config.processes:
            self.offer(self.config.replace({"processes": processes}))

    @work(group="logout", exclusive=True)
    async def warn_of_logout(self) -> None:
        """Say what a logout would do to the engine, before anything is trained."""
        if warning := await asyncio.to_thread(logout_warning):
            self.notify(warning, title="Logout", severity="warning", timeout=10, markup=False)
            self.set_state(say(self.state, warning))

    async def connect(self) -> EngineClient:
        processes, self._processes = self._processes, None
        return await EngineClient.connect_or_start(
            self.checkpoints, data=self.data, any_version=True, processes=processes, notice=self.tell_waiting
        )

    @work(group="version", exclusive=True)
    async def decide_about(self, client: EngineClient) -> None:
        """Ask what to do about an engine of another version."""
        engine, here = inert(client.welcome.version), program_version()
        answer = await self.push_screen_wait(version_question(engine, here))
        if answer == "quit":
            self.exit()
        elif answer == "stop":
            self._replacing = True
            client.send(Shutdown())

    def send(self, command: Command) -> None:
        """Send a command, or say that there is no engine to take it; questions that screens ask are let go."""
        if self.client is not None and not self.client.foreign:
            self.client.send(command)
        elif not isinstance(command, Predict | PreviewAugmentation | DescribeModel | ListRuns):
            here = "No engine is running. Press e to start one."
            foreign = "The engine has another version, so this screen can only watch. Press e to choose again."
            self.notify(here if self.client is None else foreign, severity="error", markup=False)

    def receive(self, event: AnyEvent) -> None:
        """Apply an event. Step points wait for the next frame; everything else is drawn at once."""
        before = self.state
        self.set_state(coached(apply(before, event), event), soon=not isinstance(event, StepsDone))
        if self.state.failures > before.failures and self.state.failure != self.state.data_problem:
            self.notify(self.state.failure, title="Not done", severity="error", markup=False)
        self.call_for_attention(worth_a_call(event))
        if isinstance(event, SavingFailed):
            self.notify(inert(describe(event)[0]), title="Disk", severity="error", markup=False)
        if (
            isinstance(event, DataFailed)
            and self.state.shown is not None
            and self.state.data_problem != self._data_told
        ):
            # Without a run the first screen says it, for as long as it is so.
            self._data_told = self.state.data_problem
            self.notify(self._data_told, title="Data", severity="error", markup=False)
        if isinstance(event, DataReady):
            self._data_told = ""
        if isinstance(event, RunOpened) and event.last:
            self.tell_damage(event)
        if isinstance(event, RunEnded | RunStarted):
            self.send(ListRuns())
        if isinstance(event, RunEnded):
            self.notify(
                inert(f"{event.run} {event.state} {self.state.run.reason if self.state.run else ''}"), markup=False
            )

    def tell_damage(self, event: RunOpened) -> None:
        """Say what of a past run cannot be shown."""
        run = inert(event.summary.run)
        if self.state.opened is None:
            self.notify(f"{run} cannot be shown, as the beginning of its log is lost.", severity="error", markup=False)
        elif event.skipped:
            left_out = f"cannot be read, and {'is' if event.skipped == 1 else 'are'} left out."
            lost = f"{counted(event.skipped, 'line')} of its log {left_out}"
            self.notify(f"{run}: {lost}", severity="warning", markup=False)

    def action_reconnect(self) -> None:
        if self.client is not None:
            self.decide_about(self.client)
            return
        self.set_state(replace(self.state, link="connecting", link_reason=""))
        self.converse()
