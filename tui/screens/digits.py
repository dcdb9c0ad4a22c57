"""The digits screen: a test digit, what it is, what the network says, and how sure it is."""

import random
from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from engine.vocabulary.messages import Digit, Predict
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.preferences.values import DRAWINGS
from tui.screens.base import StateScreen
from tui.screens.digit_messages import DigitMessages
from tui.state.actions.lookup import bindings
from tui.state.state import State
from tui.terminal.sanitize import sanitize
from tui.widgets.digit import DigitCard, DigitView
from tui.widgets.digit_art import ART_STYLES
from tui.widgets.probabilities import Probabilities

CARDS = 6
LIVE_EVERY = 1.0  # seconds between two looks at the live weights


class Verdict(Widget):
    """Predicted, actual, right or wrong in word and colour."""

    COMPONENT_CLASSES = {"verdict--right", "verdict--wrong", "verdict--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    Verdict {
        height: 4;
        padding: 0 1;
        .verdict--right { color: $text-success; text-style: bold; }
        .verdict--wrong { color: $text-error; text-style: bold; }
        .verdict--muted { color: $text-muted; }
    }
    """

    facts: reactive[tuple[Digit, int, str, str] | None] = reactive(None)
    """Digit, size of the test set, the filter in words, the weights in words."""

    names: tuple[str, ...] = DIGITS

    def render(self) -> Text:
        text = Text(end="")
        if self.facts is None:
            return text
        digit, total, filter_words, weights = self.facts
        right = digit.predicted == digit.actual
        style = self.get_component_rich_style("verdict--right" if right else "verdict--wrong")
        muted = self.get_component_rich_style("verdict--muted")
        text.append("predicted  ", muted).append(class_name(self.names, digit.predicted), style).append("    ")
        text.append("actual  ", muted).append(class_name(self.names, digit.actual), "bold").append("    ")
        text.append("right" if right else "wrong", style)
        text.append(f"\ntest image {digit.index:,} of {total:,}, {filter_words}", muted)
        text.append(f"\nweights of {weights}", muted)
        return text


class DigitsScreen(DigitMessages, StateScreen):
    """Steps through test digits, during training with the live weights."""

    BINDINGS = bindings("digits")

    DEFAULT_CSS = """
    DigitsScreen {
        #empty { display: none; height: 1fr; content-align: center middle; color: $text-muted; }
        &.no-digits #empty { display: block; }
        &.no-digits #digit { display: none; }
        &.no-digits #cards { display: none; }
        #digit { height: 1fr; }
        #large { width: 32; height: 1fr; }
        &.-wide.-tall #large, &.-wide.-very-tall #large { width: 62; }
        #facts { width: 1fr; padding: 1 0; }
        #cards { height: 18; display: none; }
        #cards DigitCard { width: 1fr; }
        &.-wide.-very-tall #cards { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._index = 0
        self._only_wrong = False
        self._pair = (-1, -1)  # actual and predicted digit to keep
        self._asked: tuple[str, int] | None = None
        self._answered = 0

    def compose_body(self) -> ComposeResult:
        yield Static("", markup=False, id="empty")
        with Horizontal(id="digit"):
            yield DigitView(id="large")
            with Vertical(id="facts"):
                yield Verdict()
                yield Probabilities()
        with Horizontal(id="cards"):
            for _ in range(CARDS):
                yield DigitCard()

    def on_mount(self) -> None:
        if self.preferences.drawing in ART_STYLES:
            self._draw_as(self.preferences.drawing)
        self.set_interval(LIVE_EVERY, self._follow_live_weights)

    def filter_pair(self, actual: int, predicted: int) -> None:
        """Keep only the digits of this kind that the network takes for that."""
        self._index = 0
        self._filter(only_wrong=False, pair=(actual, predicted))

    def show_body(self, state: State) -> None:
        self._state = state
        view = state.shown
        if view is None or (not view.epochs and not view.live):
            past = any(run.epoch and run.resumable for run in state.runs)
            self._show_empty(
                f"{sanitize(view.run)} has no weights. Choose another run on the Runs screen (4)."
                if view is not None and view is state.opened
                else "Opening the latest run that has weights ..."
                if past
                else "No weights yet. Press t to train; digits appear here while the network learns."
            )
        elif not state.digits and state.digits_run:
            wanted = self._filter_words(view.classes)
            self._show_empty(f"No test digit matches: {wanted}. The weights have changed; Escape shows all digits.")
        elif state.digits and state.digits_run == view.run:
            self._show_digits(state)
        if view is not None:
            mark = (view.run, view.epoch)
            if mark != self._asked and (view.live or view.epochs):
                self._asked = mark
                self._ask()
        if state.link != "live":
            self._asked = None

    def _show_empty(self, words: str) -> None:
        self.add_class("no-digits")
        self.query_one("#empty", Static).update(words)

    def _show_digits(self, state: State) -> None:
        self.remove_class("no-digits")
        first, *others = state.digits
        if state.digits_start == self._index:  # an answer to an older question moves nobody back
            self._index = first.index
        total = state.shown.test_images if state.shown else 0
        names = state.shown.classes if state.shown else DIGITS
        self.query_one("#large", DigitView).names = names
        self.query_one("#large", DigitView).digit = first
        weights = f"{sanitize(state.digits_run)}, step {state.digits_step:,}"
        self.query_one(Verdict).facts = (first, total, self._filter_words(names), weights)
        self.query_one(Verdict).names = self.query_one(Probabilities).names = tuple(map(sanitize, names))
        self.query_one(Probabilities).show(first.probabilities, predicted=first.predicted, actual=first.actual)
        for i, card in enumerate(self.query(DigitCard)):
            card.names = names
            card.digit = others[i] if i < len(others) else None

    def _filter_words(self, names: Sequence[str] = DIGITS) -> str:
        actual, predicted = self._pair
        if actual >= 0:
            return sanitize(f"{class_name(names, actual)} taken for {class_name(names, predicted)}")
        return "only wrong ones" if self._only_wrong else "all digits"

    def _ask(self, step: int = 1) -> None:
        view = self._state.shown
        if view is None:
            return
        actual, predicted = self._pair
        self.post_message(
            self.Wanted(
                Predict(
                    start=self._index,
                    count=1 + CARDS,
                    step=step,
                    only_wrong=self._only_wrong and actual < 0,
                    actual=actual,
                    predicted=predicted,
                    run=view.run,
                )
            )
        )

    def _follow_live_weights(self) -> None:
        """Ask again for the digit on the screen: the weights have moved on. A filtered view waits for the epoch."""
        view = self._state.shown
        unfiltered = not self._only_wrong and self._pair == (-1, -1)
        if self.is_current and unfiltered and view is not None and view.state == "running" and view.run != "":
            self._ask()

    def action_step(self, step: int) -> None:
        if self._state.shown is not None:
            self._index = (self._index + step) % self._state.shown.test_images
            self._ask(step)

    def action_jump(self, direction: int) -> None:
        if self._state.shown is not None:
            self._index = (self._index + direction * (1 + CARDS)) % self._state.shown.test_images
            self._ask(direction)

    def action_end(self, end: str) -> None:
        if self._state.shown is not None:
            self._index = 0 if end == "first" else self._state.shown.test_images - 1
            self._ask(1 if end == "first" else -1)

    def on_mouse_scroll_down(self) -> None:
        self.action_step(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_step(-1)

    def action_random(self) -> None:
        if self._state.shown is not None:
            self._index = random.randrange(self._state.shown.test_images)
            self._ask()

    def action_wrong(self) -> None:
        self._filter(only_wrong=not self._only_wrong)

    def action_clear_filter(self) -> None:
        self._filter(only_wrong=False)

    def _filter(self, *, only_wrong: bool, pair: tuple[int, int] = (-1, -1)) -> None:
        self._only_wrong, self._pair = only_wrong, pair
        self.refresh_bindings()
        self._ask()

    def action_art(self) -> None:
        art = ART_STYLES[(ART_STYLES.index(self.query_one("#large", DigitView).art) + 1) % len(ART_STYLES)]
        self._draw_as(art)
        self.prefer(drawing=art if art in DRAWINGS else "auto")

    def _draw_as(self, art: str) -> None:
        for drawing in [*self.query(DigitView), *self.query(DigitCard)]:
            drawing.art = art

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_filter":
            return self._only_wrong or self._pair != (-1, -1)
        return True
