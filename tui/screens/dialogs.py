"""Questions in the middle of the screen; each answers with a word, or None for escape."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.validation import Integer
from textual.widgets import Button, Input, Static

from tui.state.advice import Advice
from tui.state.words.events import epochs

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Answer:
    """A button: what it answers, its label, and the key that presses it."""

    name: str
    label: str
    key: str


class Dialog(ModalScreen[ResultT]):
    """How all questions look."""

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
        Button { margin: 0 1; }
    }
    """


class Question(Dialog[str | None]):
    """A sentence and buttons.

    Attributes:
        asked: On time.monotonic(). A key that was typed before, and comes after, is still an answer.
    """

    BINDINGS = [("escape", "cancel", "cancel"), ("left", "app.focus_previous"), ("right", "app.focus_next")]  # noqa: RUF012

    def __init__(self, text: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._text = text
        self._answers = answers
        self.asked = time.monotonic()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._text, markup=False, classes="text")
            with Horizontal(classes="buttons"):
                for i, answer in enumerate(self._answers):
                    variant: Literal["primary", "default"] = "primary" if i == 0 else "default"
                    yield Button(f"{answer.label} ({answer.key})", variant=variant, name=answer.name, compact=True)

    def ask(self, other: "Question") -> None:
        """Ask what another question does, as things have changed; the same costs nothing."""
        if (other._text, other._answers) != (self._text, self._answers):
            self._text, self._answers = other._text, other._answers
            self.refresh(recompose=True)
            self.call_after_refresh(self.focus_next)

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        for answer in self._answers:
            if key == answer.key:
                self.dismiss(answer.name)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)

    def action_cancel(self) -> None:
        self.dismiss(None)


LEAVE = Answer("leave", "Leave it", "l")
CANCEL = Answer("cancel", "Cancel", "c")
GIVE_UP = Answer("force", "End without saving", "w")


def quit_question(run: str, state: str, problem: str = "") -> Question:
    """Ask what becomes of a run in progress when the screen is left; `problem` says why it cannot be saved."""
    if problem:
        text = f"{run} cannot be saved and waits: {problem}. It goes on as soon as there is room."
        return Question(text, [LEAVE, GIVE_UP, CANCEL])
    return Question(
        f"{run} is {state}. Keep it going in the background? `mnist-tui` brings it back.",
        [LEAVE, Answer("stop", "Stop and save", "s"), CANCEL],
    )


def over_question(name: str, state: str) -> Question:
    """Ask whether to leave all the same, as what trained has ended while the question was read."""
    return Question(
        f"{name} ended in the meantime: {state}. Leave the screen?", [Answer("leave", "Leave", "l"), CANCEL]
    )


def stop_question(run: str, problem: str = "") -> Question:
    """Ask whether to end a run; `problem` says why it cannot be saved."""
    if problem:
        text = f"{run} cannot be saved and waits: {problem}. End it anyway? All since its last checkpoint is lost."
        return Question(text, [Answer("cancel", "Keep waiting", "k"), GIVE_UP])
    return Question(
        f"Stop {run} after the current step and save it? You can resume it later.",
        [Answer("stop", "Stop and save", "s"), Answer("cancel", "Keep training", "k")],
    )


def hang_question(run: str, seconds: str, *, leaving: bool) -> Question:
    """Ask what becomes of a run that makes no step: as long as it makes none, it cannot be saved."""
    text = f"{run} has made no step for {seconds}. End it and its engine? All since its last checkpoint is lost."
    stay = [LEAVE, GIVE_UP, CANCEL] if leaving else [Answer("cancel", "Keep waiting", "k"), GIVE_UP]
    return Question(text, stay)


def advice_question(advice: Advice) -> Question:
    """Show all that the coach has to say of one thing, and ask what to do about it."""
    text = f"{advice.rule}\n\n{advice.seen}\n\n{advice.why}\n\n{advice.remedy}"
    answers = [Answer("dismiss", "Dismiss", "x"), Answer("later", "Later", "l")]
    return Question(text, [Answer("take", "Do it", "c"), *answers] if advice.changes else answers)


def anew_question(run: str, problem: str = "") -> Question:
    """Ask whether to end a run for one with other hyperparameters; `problem` says why it cannot be saved."""
    if problem:
        return Question(
            f"{run} cannot be saved and waits: {problem}. Wait for it before you start a new run.",
            [Answer("cancel", "Keep waiting", "k")],
        )
    return Question(
        f"This needs a new run. Stop {run} after the current step, save it, and fill in the form?",
        [Answer("stop", "Stop and fill in", "s"), Answer("cancel", "Keep training", "k")],
    )


def study_question(study: str, leaving: bool, word: str = "tuning") -> Question:
    """Ask what becomes of a study: when it is to stop, or when the screen is left."""
    stop = Answer("stop", "Stop it", "s")
    if leaving:
        return Question(f"Study {study} is {word}. Keep it going in the background?", [LEAVE, stop, CANCEL])
    return Question(
        f"Stop study {study}? Its trials are kept; start a study of the same name to continue it.",
        [stop, Answer("cancel", "Keep tuning", "k")],
    )


def version_question(engine: str, here: str) -> Question:
    """Ask what to do about a running engine of another version."""
    return Question(
        f"The engine that serves these runs has version {engine}, this screen {here}: they do not understand each"
        " other's commands. Watch it, or stop it after saving its run and start a new one?",
        [Answer("watch", "Watch", "w"), Answer("stop", "Save, stop", "s"), Answer("quit", "Quit", "q")],
    )


def download_question(folder: str) -> Question:
    """Ask before anything is fetched from the network: what, how large, and where it goes."""
    return Question(
        f"Download the full MNIST, 60,000 training and 10,000 test images in four files of 11 MB together, into"
        f" {folder}/MNIST/raw?",
        [Answer("download", "Download", "d"), CANCEL],
    )


def replace_question(preset: str) -> Question:
    """Ask before a preset is written over."""
    return Question(f"There is a preset {preset} already.", [Answer("replace", "Replace it", "w"), CANCEL])


class EpochsQuestion(Dialog[int | None]):
    """How many epochs a finished run shall have in all."""

    BINDINGS = [("escape", "cancel", "cancel")]  # noqa: RUF012

    def __init__(self, run: str, done: int) -> None:
        super().__init__()
        self._run = run
        self._done = done

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(
                f"{self._run} has finished after {epochs(self._done)}. How many epochs in total?",
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
            yield Static("Enter resumes it, Escape cancels.", markup=False, classes="text", id="problem")

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        if event.validation_result is None or event.validation_result.is_valid:
            self.dismiss(int(event.value))
        else:
            self.query_one("#problem", Static).update(f"give a number from {self._done + 1} to 100000")

    def action_cancel(self) -> None:
        self.dismiss(None)
