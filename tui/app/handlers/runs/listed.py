"""What the screen of runs does to runs: marked, looked at, named, noted, starred, deleted, cloned."""

from msgspec.structs import replace
from textual import on, work

from engine.vocabulary.config import FIELDS, ConfigError
from engine.vocabulary.messages import (
    AnyEvent,
    DeleteRun,
    EditRun,
    HistoryRead,
    ReadHistory,
    RestoreRun,
    RunOpened,
    RunsListed,
    RunSummary,
    Snapshot,
)
from tui.app.handlers.training import TrainingHandlers
from tui.screens.run_messages import RunMessages
from tui.state.marks import toggled
from tui.terminal.sanitize import sanitize

STARTING = "The engine is being started. Save it again in a moment."


class RunListHandlers(TrainingHandlers):
    """Histories are asked for one at a time: first those of marked runs, then that of the run that is looked at,
    then those of their parents."""

    _looked_at = ""
    _reading = ""  # the run whose history is on its way

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if isinstance(event, Snapshot) and event.first:
            self._reading = ""  # another engine, perhaps, which was not asked
        if isinstance(event, HistoryRead) and event.last:
            self._reading = ""
        if isinstance(event, HistoryRead | RunsListed | RunOpened | Snapshot):
            self.read_next_history()

    def read_next_history(self) -> None:
        """Ask for the history of the next run that is to be drawn, unless one is on its way."""
        if self._reading or self.state.link != "live":
            return
        there = {run.run: run for run in self.state.runs}
        shown = self.state.shown.run if self.state.shown is not None else ""
        drawn = [*(mark.run for mark in self.state.marks), self._looked_at]
        for name in (*drawn, *map(self.state.parent_of, (shown, *drawn))):
            run = there.get(name)
            wanted = run is not None and run.state != "unreadable"
            if wanted and self.state.course_of(name) is None and not self.state.histories.has(name):
                self._reading = name
                self.send(ReadHistory(run=name))
                return

    @on(RunMessages.Marked)
    def mark_run(self, event: RunMessages.Marked) -> None:
        self.set_state(replace(self.state, marks=toggled(self.state.marks, event.run) if event.run else ()))
        self.read_next_history()

    @on(RunMessages.Looked)
    def look_at_run(self, event: RunMessages.Looked) -> None:
        self._looked_at = event.run
        self.read_next_history()

    @on(RunMessages.Edited)
    @work(group="edit", exclusive=True)
    async def edit_run(self, event: RunMessages.Edited) -> None:
        from engine.storage.runs.record import LONGEST
        from tui.screens.run_questions import TextQuestion

        run = event.summary
        if event.field == "star":
            await self.is_done(EditRun(run=run.run, star=not run.star), "Not changed")
            return
        name = sanitize(run.run)
        before = run.title if event.field == "title" else run.note
        what = f"A name for {name}; empty: its folder's." if event.field == "title" else f"A note about {name}."
        longest = LONGEST[event.field]
        text, problem = sanitize(before, longest), ""
        while True:  # until it is taken: nobody types it twice because the engine or the disk was away
            answer = await self.push_screen_wait(TextQuestion(what, text, longest, problem))
            if answer is None or answer == before:
                return
            text = answer
            title, note = (text, None) if event.field == "title" else (None, text)
            if self.state.link == "lost":
                self.action_reconnect()
            problem = (
                STARTING if self.client is None else await self.refusal_of(EditRun(run=run.run, title=title, note=note))
            )
            if not problem:
                return

    @on(RunMessages.Deleted)
    @work(group="edit", exclusive=True)
    async def delete_run(self, event: RunMessages.Deleted) -> None:
        from tui.screens.run_questions import delete_question

        run = event.summary.run
        if await self.push_screen_wait(delete_question(event.summary)) != "delete":
            return
        if await self.is_done(DeleteRun(run=run), "Not deleted"):
            self.runs_screen.deleted = run
            self.notify(f"{sanitize(run)} is in the trash. U brings it back.", markup=False)

    @on(RunMessages.Restored)
    @work(group="edit", exclusive=True)
    async def restore_run(self) -> None:
        screen = self.runs_screen
        if await self.is_done(RestoreRun(run=screen.deleted), "Not brought back"):
            screen.deleted = ""

    @on(RunMessages.Cloned)
    @work(group="offer", exclusive=True)
    async def clone_run(self, event: RunMessages.Cloned) -> None:
        """Fill in the form with the configuration of a run, but for the machine that it was trained on."""
        try:
            config = self.config.replace(values_of(event.summary))
        except ConfigError as error:
            name = sanitize(event.summary.run)
            self.notify(f"{name} cannot be cloned: {sanitize(str(error))}", severity="error", markup=False)
            return
        if not await self.stop_for_new_run():
            return
        self.fill_form(config)
        self.show_filled_form()


def values_of(run: RunSummary) -> dict[str, int | float | str]:
    """Return the hyperparameters of a run, those of the machine left out."""
    from tui.state.words.run_differences import value_of

    return {name: value_of(run, name) for name, field in FIELDS.items() if field.group != "Machine"}
