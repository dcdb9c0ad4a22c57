"""What the screen of runs asks for: the keys that post its messages, for the run at the cursor."""

from textual import on
from textual.css.query import NoMatches

from engine.vocabulary.messages import RunSummary
from tui.screens.base import StateScreen
from tui.screens.run_messages import RunMessages
from tui.widgets.run_list import RunList


class RunWishes(RunMessages, StateScreen):
    """A screen with a list of runs."""

    @property
    def run_list(self) -> RunList:
        return self.query_one(RunList)

    @property
    def current(self) -> RunSummary | None:
        """The run at the cursor; None before the screen is there."""
        try:
            return self.run_list.current
        except NoMatches:
            return None

    @on(RunList.Chosen)
    def open_chosen(self, event: RunList.Chosen) -> None:
        self.post_message(self.Opened(event.run))

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self.current.run))

    def action_resume(self) -> None:
        if self.current is not None:
            self.post_message(self.Resumed(self.current, {}))

    def action_resume_lower(self) -> None:
        if self.current is not None:
            self.post_message(self.Resumed(self.current, {"lr": self.current.lr / 10}))

    @on(RunList.MarkClicked)
    def mark_clicked(self, event: RunList.MarkClicked) -> None:
        self.post_message(self.Marked(event.run))

    def action_mark(self) -> None:
        if self.current is not None:
            self.post_message(self.Marked(self.current.run))
            self.run_list.action_cursor_down()

    @on(RunList.StarClicked)
    def action_star(self) -> None:
        self.edit("star")

    def action_rename(self) -> None:
        self.edit("title")

    def action_note(self) -> None:
        self.edit("note")

    def edit(self, field: str) -> None:
        if self.current is not None:
            self.post_message(self.Edited(self.current, field))

    def action_export(self) -> None:
        if self.current is not None:
            self.post_message(self.ExportWanted(self.current.run))

    def action_delete(self) -> None:
        if self.current is not None:
            self.post_message(self.Deleted(self.current))

    def action_restore(self) -> None:
        self.post_message(self.Restored())

    def action_clone(self) -> None:
        if self.current is not None:
            self.post_message(self.Cloned(self.current))

    def action_report(self) -> None:
        if self.current is not None:
            self.post_message(self.Reported(self.current.run))

    def action_columns(self, direction: int) -> None:
        self.run_list.action_columns(direction)

    def action_refresh(self) -> None:
        self.post_message(self.Refreshed())
