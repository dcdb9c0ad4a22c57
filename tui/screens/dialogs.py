"""Dialogs in the middle of the screen; each is dismissed with its answer, or None for escape."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Click, Key
from textual.screen import ModalScreen
from textual.validation import Integer
from textual.widgets import Button, Input, Static

from engine.vocabulary.fields import counted
from tui.screens.follows import OVER, FollowsState
from tui.state.state import State

ResultT = TypeVar("ResultT")
WIDTH, FRAME = 64, 6  # columns of a dialog, and of its border and padding
BUTTON = 6  # columns that a button takes beside its label
BELOW = "buttons stacked"  # the classes of buttons that have no room beside each other


@dataclass(frozen=True)
class Answer:
    """A button: what it answers, its label, and the key that presses it."""

    name: str
    label: str
    key: str


class Dialog(FollowsState, ModalScreen[ResultT]):
    """How all dialogs look. One that depends on the state of the app draws it in `show`."""

    BINDINGS = [("escape", "cancel", "cancel")]  # noqa: RUF012

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        .dialog {
            width: 64;
            max-width: 96%;
            height: auto;
            max-height: 96%;
            padding: 1 2;
            border: round $primary;
            background: $surface;
        }
        .text { height: auto; margin: 0 0 1 0; }
        .buttons { height: auto; align-horizontal: center; }
        .buttons.stacked { layout: vertical; align-horizontal: left; }
        .buttons.stacked Button { width: 1fr; text-align: left; content-align: left middle; }
        Button { margin: 0 1; }
    }
    """

    def action_cancel(self) -> None:
        self.dismiss(None)

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would lie over its buttons

    def on_click(self, event: Click) -> None:
        """Close it by a click beside it, unless something may have been typed."""
        if event.widget is self and not self.query(Input):
            self.action_cancel()


class Page(Dialog[ResultT]):
    """A page to read, which scrolls."""

    DEFAULT_CSS = """
    Page {
        VerticalScroll {
            width: 84;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 2;
            border: round $primary;
            border-title-color: $text-primary;
            border-subtitle-color: $text-muted;
            background: $surface;
        }
        Static { height: auto; }
    }
    """


class Question(Dialog[str | None]):
    """A sentence and buttons.

    Attributes:
        asked: On time.monotonic(). A key that was typed before, and comes after, is still an answer.
        follow: What to ask in another state; None once there is nothing to ask.
    """

    BINDINGS = [("left,up", "app.focus_previous"), ("right,down", "app.focus_next")]  # noqa: RUF012

    def __init__(self, text: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._text = text
        self._answers = answers
        self.asked = time.monotonic()
        self.follow: Callable[[State], Question | None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._text, markup=False, classes="text")
            labels = [f"{answer.label} ({answer.key})" for answer in self._answers]
            room = min(WIDTH, round(self.app.size.width * 0.96)) - FRAME
            with Horizontal(classes="buttons" if sum(len(label) + BUTTON for label in labels) <= room else BELOW):
                for i, (answer, label) in enumerate(zip(self._answers, labels, strict=True)):
                    variant: Literal["primary", "default"] = "primary" if i == 0 else "default"
                    yield Button(label, variant=variant, name=answer.name, compact=True)

    def show(self, state: State) -> None:
        """Ask what there is to ask now that things have changed; the same costs nothing."""
        if self.follow is None or not self.is_current:
            return
        if (now := self.follow(state)) is None:
            self.dismiss(OVER)
        elif (now._text, now._answers) != (self._text, self._answers):
            self._text, self._answers = now._text, now._answers
            self.refresh(recompose=True)
            self.call_after_refresh(self.focus_next)

    def on_key(self, event: Key) -> None:
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()  # it would be a key of the screen below as well
                self.dismiss(answer.name)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)


class Entry(Dialog[ResultT]):
    """A field, and buttons for what Enter and Escape do, for the mouse."""

    def buttons(self, label: str) -> ComposeResult:
        with Horizontal(classes="buttons"):
            yield Button(f"{label} (enter)", variant="primary", compact=True, id="take")
            yield Button("Cancel (escape)", compact=True, id="cancel")

    @on(Button.Pressed, "#take")
    async def take(self) -> None:
        await self.query_one(Input).action_submit()

    @on(Button.Pressed, "#cancel")
    def leave(self) -> None:
        self.action_cancel()


class EpochsQuestion(Entry[int | None]):
    """How many epochs a finished run shall have in all."""

    def __init__(self, run: str, done: int) -> None:
        super().__init__()
        self._run = run
        self._done = done

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(
                f"{self._run} has finished after {counted(self._done, 'epoch')}. How many epochs in total?",
                markup=False,
                classes="text",
            )
            yield Input(
                str(2 * self._done),
                type="integer",
                validators=[Integer(self._done + 1, 100_000)],
                select_on_focus=True,
                compact=True,
            )
            yield Static("", markup=False, classes="text", id="problem")
            yield from self.buttons("Resume")

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        if event.validation_result is None or event.validation_result.is_valid:
            self.dismiss(int(event.value))
        else:
            self.query_one("#problem", Static).update(f"give a number from {self._done + 1} to 100000")
