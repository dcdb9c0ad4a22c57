"""What the screen of drawing asks: which digit it is, and which image file to open."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.events import Key
from textual.widgets import Button, Input, Static

from engine.storage.typed_path import absolute_text
from engine.vocabulary.messages.base import DIGITS
from tui.screens.dialogs import Dialog, Entry
from tui.state.class_words import worded
from tui.state.drawing.answers import READ
from tui.state.state import State
from tui.terminal.sanitize import sanitize

LONGEST_PATH = 4096


class DigitChoice(Dialog[int | None]):
    """Which digit a drawing is: its key, or its button. What the network takes it for is under the cursor."""

    BINDINGS = [  # noqa: RUF012
        ("left,up", "app.focus_previous"),
        ("right,down", "app.focus_next"),
    ]

    DEFAULT_CSS = """
    DigitChoice {
        .dialog { width: 48; }
        Grid { grid-size: 5 2; height: 2; }
        Grid Button { width: 1fr; min-width: 5; margin: 0 1; }
        #cancel { margin: 1 1 0 1; }
    }
    """

    def __init__(self, likely: int) -> None:
        super().__init__()
        self._likely = likely

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Which digit is it? Press its key.", markup=False, classes="text")
            with Grid():
                for digit in range(10):
                    yield Button(str(digit), name=str(digit), id=f"digit-{digit}", compact=True)
            yield Button("Cancel (escape)", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query_one(f"#digit-{self._likely if 0 <= self._likely <= 9 else 0}", Button).focus()

    def on_key(self, event: Key) -> None:
        if event.character is not None and event.character in "0123456789":
            event.stop()  # it would be a key of the app as well
            self.dismiss(int(event.character))

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.name is None else int(event.button.name))


class PictureChoice(Entry[bytes | None]):
    """The path of an image file, which `read` has the engine read; what is wrong with it is said below the field.

    A `path` that was pasted is read at once. The answer is 784 grey values.
    """

    DEFAULT_CSS = "PictureChoice #problem { color: $text-error; }"

    def __init__(self, read: Callable[[str], None], path: str = "", classes: Sequence[str] = DIGITS) -> None:
        super().__init__()
        self._class_names = classes
        self._read = read
        self._path = path
        self._waits = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(
                worded(
                    "Open an image file of one digit. It is read as `mnist-tui predict` reads it.", self._class_names
                ),
                markup=False,
                classes="text",
            )
            yield Input(
                self._path, placeholder="path of the file", max_length=LONGEST_PATH, select_on_focus=False, compact=True
            )
            yield Static("", markup=False, classes="text", id="problem")
            yield from self.buttons("Open")

    def on_mount(self) -> None:
        if self._path:
            self.call_after_refresh(self.query_one(Input).action_submit)

    @on(Input.Submitted)
    def ask(self, event: Input.Submitted) -> None:
        path = absolute_text(event.value)
        if not path:
            self._say("give the path of a file")
            return
        self._waits = True
        self._say("reading it ...")
        self._read(path)

    def show(self, state: State) -> None:
        """Take the engine's answer."""
        answers = state.drawing
        if not self._waits or not self.is_current:
            return
        if answers.problem_of == READ:
            self._waits = False
            self._say(answers.problem)
        elif answers.read is not None and answers.read.files:
            [file, *_] = answers.read.files
            self._waits = False
            if file.error or len(file.pixels) != 28 * 28:
                self._say(file.error or "the engine told no picture; try again")
            else:
                self.dismiss(file.pixels)

    def _say(self, words: str) -> None:
        self.query_one("#problem", Static).update(sanitize(words, longest=300))
