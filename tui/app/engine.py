"""An app attached to an engine: the only place that applies its events and sends it commands."""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work

from engine.storage.paths import PathError
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    Command,
    DescribeModel,
    ListRuns,
    LoadData,
    MachineMeasured,
    Predict,
    Predicted,
    PreviewAugmentation,
    ProtocolError,
    RunTold,
    Shutdown,
    StartRun,
    StepsDone,
    program_version,
)
from tui.app.screens import ScreensApp
from tui.coach.watch import update_advice
from tui.link.errors import CommandRefused, EngineUnreachable
from tui.state.advice import Coach
from tui.state.state import State
from tui.state.store import apply, log_lines
from tui.state.words.figures import duration
from tui.terminal.notifications import worth_a_call
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from tui.link.client import EngineClient
    from tui.link.watchdog import Health

RENEWING = 15.0  # seconds for another screen to start an engine in place of one that was stale
SILENT = 4.0  # seconds without an answer from which it is shown
NO_ENGINE = "No engine is running. Press e to start one."
ONLY_WATCHING = "The engine has another version, so this screen can only watch. Press e to choose again."


class EngineApp(ScreensApp):
    """The state of an engine, kept up to date as long as there is one."""

    def __init__(
        self, checkpoints: Path, data: str = "", *, ascii: bool | None = None, notify: bool = True, coach: bool = True
    ) -> None:
        state = State(coach=Coach(on=coach), next_config=RunConfig(data=data))
        super().__init__(state, ascii=ascii, notify=notify)
        self.checkpoints = checkpoints
        self.data = data
        self.client: EngineClient | None = None
        self._replacing = False  # the engine that is ending is to be followed by one that suits
        self._processes: int | None = None  # that the next engine is to have
        self._next: Command | None = None  # for the next engine

    def after_first_frame(self) -> None:
        self.stay_attached()

    @work(group="engine", exclusive=True)
    async def stay_attached(self) -> None:
        """Attach to the engine and apply its events until it is gone for good."""
        client: EngineClient | None
        try:
            client = await self.connect()
        except (EngineUnreachable, PathError, ProtocolError, OSError) as error:
            self.set_state(replace(self.state, link="lost", link_reason=sanitize(str(error)), awaited=False))
            return
        reason = ""
        while client is not None:
            reason = await self.apply_events(client)
            client = await self.reattached(client)
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
        self.set_state(replace(log_lines(self.state, reason), link="lost", link_reason=reason, awaited=False))

    async def apply_events(self, client: "EngineClient") -> str:
        """Apply the events of an engine until the connection ends; return what is to be told then."""
        self.client = client
        self.set_state(
            State(
                link="foreign" if client.foreign else "live",
                coach=self.state.coach,
                next_config=self.state.next_config,
                next_fork=self.state.next_fork,
                marks=self.state.marks,
                awaited=self.state.awaited and not client.foreign,
                written=self.state.written,
            )
        )
        if client.foreign:
            self.ask_about_version(client)
        self.adopt_processes(client.welcome.processes)
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
            reason = sanitize(
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
    async def watch_engine(self, client: "EngineClient") -> None:
        """Show whether the engine answers, and whether its run makes steps, until the connection ends."""
        from tui.link.watchdog import look_after

        with contextlib.suppress(CommandRefused):
            await look_after(client, self.receive_health)

    def receive_health(self, health: "Health") -> None:
        silence, stalled = "", health.status.stalled if health.status is not None else 0.0
        if health.silent >= SILENT and self.client is not None:
            from engine.machine.lock_holder import STATES, state_of_process

            pid = self.client.welcome.pid
            halted = STATES.get(state_of_process(pid), "suspended?")
            silence = f"engine does not answer for {duration(health.silent)} (pid {pid}, {halted})"
        if (silence, stalled) != (self.state.silence, self.state.stalled):
            self.set_state(replace(self.state, silence=silence, stalled=stalled))

    def show_waiting(self, line: str) -> None:
        """Show what is waited for while there is no connection."""
        self.set_state(replace(log_lines(self.state, sanitize(line)), link_reason=sanitize(line)))

    async def reattached(self, client: "EngineClient") -> "EngineClient | None":
        """Return a new connection: to an engine of several processes that lost one, or to the one that has taken the
        place of one that was stale. None where all has ended."""
        stale = self.state.engine is not None and bool(self.state.engine.stale) and not self.state.training
        if self._replacing or (client.welcome.processes == 1 and not stale):
            return None
        lost = f"The engine ended, or lost one of its {client.welcome.processes} processes; it may start again."
        lost = "The engine ended; another screen may start a new one." if stale else lost
        self.set_state(replace(log_lines(self.state, lost), link="connecting", link_reason=lost))
        try:
            return await client.rejoin(self.show_waiting, RENEWING if stale else 0.0)
        except (EngineUnreachable, PathError, ProtocolError):
            return None

    def adopt_processes(self, processes: int) -> None:
        """Offer in the form what the engine has: a run begins at once with so many."""
        if processes != self.config.processes:
            self.fill_form(self.config.replace({"processes": processes}))

    @work(group="logout", exclusive=True)
    async def warn_of_logout(self) -> None:
        """Say what a logout would do to the engine, before anything is trained."""
        from tui.link.logout import logout_warning

        if warning := await asyncio.to_thread(logout_warning):
            self.notify(warning, title="Logout", severity="warning", timeout=10, markup=False)
            self.set_state(log_lines(self.state, warning))

    async def connect(self) -> "EngineClient":
        from tui.link.start import connect_or_start

        processes, self._processes = self._processes, None
        return await connect_or_start(
            self.checkpoints, data=self.data, any_version=True, processes=processes, on_wait=self.show_waiting
        )

    @work(group="version", exclusive=True)
    async def ask_about_version(self, client: "EngineClient") -> None:
        """Ask what to do about an engine of another version."""
        engine, here = sanitize(client.welcome.version), program_version()
        from tui.screens.questions import version_question

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
            self.notify(NO_ENGINE if self.client is None else ONLY_WATCHING, severity="error", markup=False)

    def receive(self, event: AnyEvent) -> None:
        """Apply an event. Steps, measurements and newer answers for the same digits are drawn with the next frame."""
        before, told = self.state, event.told if isinstance(event, RunTold) else event
        waits = isinstance(told, StepsDone | MachineMeasured) or (isinstance(told, Predicted) and not self.typed_lately)
        self.set_state(update_advice(apply(before, event), event), soon=not waits)
        if self.state.failures > before.failures and self.state.failure != self.state.data_problem:
            self.notify(self.state.failure, title="Not done", severity="error", markup=False)
        self.call_for_attention(worth_a_call(event))

    def begin(self, command: Command) -> None:
        """Have it carried out by this engine, or by a new one that takes the place of this, which has nothing to do."""
        processes = self.config.processes if isinstance(command, StartRun) else 0
        if self.client is None or self.client.foreign or self.is_for_this_engine(processes):
            self.send(command)
        else:
            self._processes, self._next, self._replacing = processes or self.client.welcome.processes, command, True
            self.client.send(Shutdown())

    def is_for_this_engine(self, processes: int = 0) -> bool:
        """Whether a run can begin in the engine that there is: it has as many processes, and is as it was."""
        client, engine = self.client, self.state.engine
        if client is None or client.foreign or (engine is not None and engine.stale):
            return False
        return processes in (0, client.welcome.processes)

    def action_reconnect(self) -> None:
        if self.client is not None:
            self.ask_about_version(self.client)
            return
        self.set_state(replace(self.state, link="connecting", link_reason=""))
        self.stay_attached()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "reconnect":
            return self.state.link in ("lost", "foreign")
        return super().check_action(action, parameters)
