"""What the screen of runs asks for: messages, and the keys that post them for the run at the cursor."""

from dataclasses import dataclass

from textual import on
from textual.css.query import NoMatches
from textual.message import Message

from engine.vocabulary.config import Value
from engine.vocabulary.messages import RunSummary
from tui.screens.base import StateScreen
from tui.widgets.run_list import RunList


class RunWishes(StateScreen):
    """A screen with a list of runs."""

    @dataclass
    class Opened(Message):
        run: str

    @dataclass
    class Resumed(Message):
        """Continue a run, with these changes of its hyperparameters."""

        summary: RunSummary
        changes: dict[str, Value]

    class Refreshed(Message):
        """Ask for the list again."""

    @dataclass
    class Marked(Message):
        """Mark a run, or take its mark away; "" takes all away."""

        run: str

    @dataclass
    class Looked(Message):
        """The cursor rests on a run, whose curves are to be drawn; "" for none."""

        run: str

    @dataclass
    class Edited(Message):
        """Change one of `title`, `note` and `star` of a run; without a value, ask for it."""

        summary: RunSummary
        field: str

    @dataclass
    class Deleted(Message):
        summary: RunSummary

    class Restored(Message):
        """Bring back the run that was deleted last."""

    @dataclass
    class Cloned(Message):
        """Fill in the form with the configuration of a run."""

        summary: RunSummary

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

    def action_delete(self) -> None:
        if self.current is not None:
            self.post_message(self.Deleted(self.current))

    def action_restore(self) -> None:
        self.post_message(self.Restored())

    def action_clone(self) -> None:
        if self.current is not None:
            self.post_message(self.Cloned(self.current))

    def action_columns(self, direction: int) -> None:
        self.run_list.action_columns(direction)

    def action_refresh(self) -> None:
        self.post_message(self.Refreshed())
