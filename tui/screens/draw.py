"""The screen of drawing: a canvas, what the network sees of it, and its answer while the stroke grows."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Paste, Resize

from engine.vocabulary.messages import ClassifyDrawing, DrawingClassified, DrawingSaved, Explain, Picture
from engine.vocabulary.messages.reason_messages import Method
from tui.preferences.keys import key_label
from tui.screens.base import StateScreen
from tui.screens.draw_actions import DrawActions
from tui.screens.draw_messages import DrawMessages
from tui.screens.draw_words import notes_of, words_of
from tui.state.actions.draw import DRAW
from tui.state.actions.lookup import bindings
from tui.state.drawing.answers import CLASSIFY, EXPLAIN, READ
from tui.state.state import State, classes_of
from tui.widgets.drawing.canvas import CanvasView, fitting
from tui.widgets.drawing.seen import Seen, SeenPane

BARS = 3  # lines of the screen that are not its body
BESIDE, BELOW = 30, 17  # columns and rows that the answer takes at least
LIVE_EVERY = 1.0  # seconds between two looks at the live weights
METHODS: tuple[Method, ...] = ("integrated", "gradient", "occlusion")


class DrawScreen(DrawActions, DrawMessages, StateScreen):
    """Draws, and asks the network of the run on the screen, live or past, what it takes the drawing for."""

    BINDINGS = bindings("draw")

    DEFAULT_CSS = """
    DrawScreen {
        #draw { layout: horizontal; height: 1fr; }
        #draw.-stacked { layout: vertical; }
        SeenPane { margin: 0 1 0 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._weights: object = None  # those that were asked last
        self._answered = False  # whether there was an answer, to this drawing or another
        self._explained: object = None  # what was asked to be explained last
        self._before: DrawingClassified | None = None  # the answer for a drawing that was cleared
        self._keys_for: object = None  # what the line of keys depends on
        self._saved: DrawingSaved | None = None
        self._why: bool | None = None  # shown where there is room for it, unless the user says so or not
        self._label = -1  # whose reasons are shown; -1: of the class that it is taken for
        self._method: Method = "integrated"

    def compose_body(self) -> ComposeResult:
        with Container(id="draw"):
            yield CanvasView()
            yield SeenPane()

    def on_mount(self) -> None:
        self._divide(*self.app.size)
        self.canvas.focus()
        self.set_interval(LIVE_EVERY, self._follow_live_weights)

    @property
    def pane(self) -> SeenPane:
        return self.query_one(SeenPane)

    def on_screen_suspend(self) -> None:
        self.canvas.put_down()

    def on_resize(self, event: Resize) -> None:
        self._divide(*event.size)

    def _divide(self, width: int, height: int) -> None:
        """Give the canvas the larger of the squares that leave room beside it, or below."""
        body = height - BARS - self.strip_lines
        beside, below = fitting(width - BESIDE, body), fitting(width, body - BELOW)
        stacked = below[1] > beside[1]
        self.query_one("#draw").set_class(stacked, "-stacked")
        columns, rows = below if stacked else beside
        self.canvas.styles.width, self.canvas.styles.height = columns, rows
        self.call_after_refresh(self._show)

    def open(self, pixels: bytes) -> None:
        """Put a picture on the canvas."""
        self.canvas.sketch.open(pixels)
        self.canvas.change()

    def show_body(self, state: State) -> None:
        self._state = state
        self.canvas.classes_of = classes_of(state)
        view = state.shown
        weights = view and (view.run, view.epoch, view.state)
        if self._answered and state.drawing.answer is None:
            self._weights = None  # another engine, which has yet to be asked
        self._answered = state.drawing.answer is not None
        if state.link != "live":
            self._weights = None
        elif weights != self._weights:
            self._weights = weights
            self.ask()
            self._test_own()
        if state.drawing.saved is not self._saved:
            self._saved = state.drawing.saved
            self._test_own()
        self._show()

    def _show(self) -> None:
        """Draw what is known of the drawing."""
        state, answers = self._state, self._state.drawing
        blank = self.canvas.sketch.canvas.blank
        view = state.shown
        if blank:
            self._before = answers.answer
        known = answers.answer if view is not None and answers.answer is not self._before else None
        if known is not None and view is not None and known.run != view.run:
            known = None  # that of the run that was shown before
        self._explain()
        explained = answers.explained
        if known is None or explained is None or explained.pixels != known.pixels or explained.run != known.run:
            explained = None
        self.pane.seen = Seen(
            answer=known,
            trail=answers.trail,
            explained=explained,
            words=words_of(state, blank),
            notes=notes_of(answers, known, explained if self.shows_why else None),
            keys=self._keys() if known is None else (),
            problem=answers.problem if answers.problem_of != READ else "",  # which is said where it was asked
            why=self.shows_why,
        )

    def _keys(self) -> tuple[tuple[str, str, str], ...]:
        """Return the keys of this screen, and what they do."""
        return tuple((key_label(each, self.preferences.keys), each.label, each.help) for each in DRAW if each.footer)

    @property
    def shows_why(self) -> bool:
        return self.pane.has_room_for_both if self._why is None else self._why

    @on(CanvasView.Changed)
    def ask(self) -> None:
        """Ask what the drawing is, unless there is none, or no network to ask."""
        view = self._state.shown
        if view is not None and (view.live or view.epochs) and not self.canvas.sketch.canvas.blank:
            self.post_message(self.Wanted(ClassifyDrawing(id=CLASSIFY, drawing=self.canvas.drawing, run=view.run)))
        else:
            self._show()
        self._refresh_keys()

    def _refresh_keys(self) -> None:
        """Build the line of keys anew where other keys work than before."""
        sketch = self.canvas.sketch
        keys = sketch.down, bool(sketch.past), bool(sketch.future), sketch.canvas.blank
        if keys != self._keys_for:
            self._keys_for = keys
            self.refresh_bindings()

    def _explain(self) -> None:
        """Ask why the last answer is as it is, once."""
        answer = self._state.drawing.answer
        sketch = self.canvas.sketch
        if answer is None or not answer.pixels or not self.shows_why or sketch.canvas.blank or sketch.down:
            return
        label = self._label if self._label < len(answer.classes) else -1
        wanted = (answer.run, answer.step, answer.pixels, self._method, label)
        if wanted != self._explained:
            self._explained = wanted
            picture = Picture(pixels=answer.pixels)
            command = Explain(id=EXPLAIN, picture=picture, method=self._method, label=label, run=answer.run)
            self.post_message(self.Wanted(command))

    def _test_own(self) -> None:
        """Ask how many of the user's own digits this network has right."""
        view = self._state.shown
        if view is not None and (view.live or view.epochs):
            self.post_message(self.OwnTested(view.run))

    def _follow_live_weights(self) -> None:
        """Ask again while the weights move."""
        view = self._state.shown
        if self.is_current and view is not None and view.state == "running":
            self.ask()

    @on(CanvasView.Looked)
    def pen_moved(self) -> None:
        """The pen was lifted, or moved: what waited for that is done."""
        self._show()
        self._refresh_keys()

    def action_why(self) -> None:
        self._why, self._label = not self.shows_why, -1
        self._show()

    def action_other_class(self, step: int) -> None:
        answer = self._state.drawing.answer
        if answer is not None and answer.predicted >= 0:
            self._why = True
            now = answer.predicted if self._label < 0 else self._label
            self._label = (now + step) % len(answer.classes)
            self._show()

    def action_method(self) -> None:
        self._why = True
        self._method = METHODS[(METHODS.index(self._method) + 1) % len(METHODS)]
        self._show()

    def action_open(self) -> None:
        self.post_message(self.Opening())

    def on_paste(self, event: Paste) -> None:
        """A file that is dropped on a terminal comes as its path."""
        event.stop()
        self.post_message(self.Opening(event.text.strip()))

    def action_save(self) -> None:
        answer = self._state.drawing.answer
        likely = answer.predicted if answer is not None else -1
        self.post_message(self.Kept(self.canvas.drawing, likely, classes_of(self._state)))

    def key_label(self, action: str, label: str) -> str:
        """Say what the key of the pen does now."""
        return "lift pen" if action == "pen" and self.canvas.sketch.down else label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        sketch = self.canvas.sketch
        match action:
            case "lift":
                return sketch.down
            case "undo":
                return bool(sketch.past)
            case "redo":
                return bool(sketch.future)
            case "clear" | "save" | "nudge":
                return not sketch.canvas.blank
            case "open":
                return self._state.shown is not None
        return True
