"""The runs of this folder: listed, opened, closed and resumed; and what is told when one ends or is damaged."""

from msgspec.structs import replace
from textual import on, work

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    CloseRun,
    ListRuns,
    OpenRun,
    ResumeRun,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunStarted,
    RunSummary,
    RunTold,
    SavingFailed,
)
from tui.app.engine import EngineApp
from tui.coach.watch import update_advice
from tui.screens.run_messages import RunMessages
from tui.screens.train import TrainScreen
from tui.state.words.events import describe
from tui.state.words.runs import short_run_name
from tui.terminal.sanitize import sanitize


class RunHandlers(EngineApp):
    """The key R, and the screen of runs."""

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if isinstance(event, SavingFailed):
            self.notify(sanitize(describe(event)[0]), title="Disk", severity="error", markup=False)
        if isinstance(event, RunOpened) and event.last:
            self.report_damage(event)
        told = event.told if isinstance(event, RunTold) else event
        if isinstance(told, RunEnded | RunStarted | RunsChanged):
            self.send(ListRuns())
        if isinstance(told, RunEnded):
            self.notify(sanitize(f"{told.run} {told.state} {told.reason}"), markup=False)

    def report_damage(self, event: RunOpened) -> None:
        """Say what of a past run cannot be shown."""
        run = sanitize(event.summary.run)
        if self.state.opened is None:
            self.notify(f"{run} cannot be shown, as the beginning of its log is lost.", severity="error", markup=False)
        elif event.skipped:
            left_out = f"cannot be read, and {'is' if event.skipped == 1 else 'are'} left out."
            lost = f"{counted(event.skipped, 'line')} of its log {left_out}"
            self.notify(f"{run}: {lost}", severity="warning", markup=False)

    @on(RunMessages.Refreshed)
    def list_runs(self) -> None:
        if self.client is not None:
            self.send(ListRuns())

    @on(RunMessages.Opened)
    def open_run(self, event: RunMessages.Opened) -> None:
        live = self.state.run
        if live is not None and live.run == event.run:
            self.close_run()
        else:
            self.send(OpenRun(run=event.run))
        self.go("train")

    @on(TrainScreen.RunClosed)
    def close_run(self) -> None:
        if self.client is not None and self.state.opened is not None:
            self.send(CloseRun())
        self.set_state(update_advice(replace(self.state, opened=None, digits=(), digits_run="")))

    @property
    def resumable(self) -> RunSummary | None:
        """The run that is shown, or the latest when none is, if it can be resumed."""
        shown = self.state.shown.run if self.state.shown else ""
        for summary in self.state.runs:
            if not shown or summary.run == shown:
                return summary if summary.resumable else None
        return None

    def action_resume(self) -> None:
        if self.resumable is not None:
            self.post_message(RunMessages.Resumed(self.resumable, {}))

    @on(RunMessages.Resumed)
    @work
    async def resume_run(self, event: RunMessages.Resumed) -> None:
        summary = event.summary
        changes = dict(event.changes)
        if summary.epoch >= summary.epochs:
            from tui.screens.dialogs import EpochsQuestion

            epochs = await self.push_screen_wait(EpochsQuestion(sanitize(summary.run), summary.epoch))
            if epochs is None:
                return
            changes["epochs"] = epochs
        self.begin(ResumeRun(run=summary.run, changes=changes))
        self.go("train")

    def key_label(self, action: str, label: str) -> str:
        """Return a key's label, with the run that it resumes where none is shown."""
        here = self.has_in_front("runs")  # which has a key of its own for the run at its cursor
        if action == "resume" and self.resumable is not None and self.state.shown is None and not here:
            return f"{label} {short_run_name(self.resumable.run)}"
        return super().key_label(action, label)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "resume":
            return not self.state.busy and self.state.link == "live" and self.resumable is not None
        return super().check_action(action, parameters)
