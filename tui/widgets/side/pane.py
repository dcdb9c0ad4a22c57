"""The right side of the train screen: what stands where, and which digits are asked for."""

import random
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from engine.vocabulary.messages import Predict
from tui.state.run import RunView
from tui.state.state import State
from tui.widgets.drag_border import DragBorder
from tui.widgets.side.live_digit import LiveDigit
from tui.widgets.side.machine import MachinePanel
from tui.widgets.side.room import NARROW, WIDE
from tui.widgets.side.run_panel import RunPanel
from tui.widgets.side.trail import Trails

RENEWED = 2.0  # seconds between two questions while a run trains
ASKED = 12  # digits at once: it costs no more than one, and each has its past when its turn comes
LOST = 10.0  # seconds after which a question without an answer is asked again


class TrainSide(Container, DragBorder):
    """Figures and machine above a digit; from WIDE columns on, the digit at the left of them."""

    DEFAULT_CSS = """
    TrainSide {
        width: 38;
        display: none;
        border-left: solid $panel-lighten-2;
        #figures { height: 1fr; }
        RunPanel { height: 1fr; }
        &.halves.digit-there LiveDigit { dock: left; width: 50%; height: 100%; }
        &.two-columns.digit-there {
            width: 85;
            LiveDigit { dock: left; width: 47; height: 100%; border-right: solid $panel-lighten-2; }
        }
    }
    """

    @dataclass
    class DigitsWanted(Message):
        """Ask for the network's answers to a few test digits."""

        command: Predict

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: RunView | None = None
        self._weights = False  # whether there are any to ask
        self._start = 0
        self._at = 0  # which of the digits is in front
        self._trails = Trails()
        self._answer: object = None  # the last one taken
        self._asked: object = None  # the last question
        self._since = 0.0  # seconds that a question has waited, 0 for none
        self._divided: Size | None = None  # the size that was divided

    def compose(self) -> ComposeResult:
        with Vertical(id="figures"):
            yield RunPanel()
            yield MachinePanel()
        yield LiveDigit()

    def on_mount(self) -> None:
        self.set_interval(RENEWED, self._renew)

    def fit(self, screen: Size) -> None:
        """Take the layout for a screen of this size."""
        self.set_class(screen.width >= WIDE, "two-columns")
        self.set_class(screen.width < NARROW, "halves")  # where it stands in place of the charts
        self.take(self.share)
        self.query_one(LiveDigit).styles.clear_rule("height")
        self._divide()

    def on_resize(self, event: Resize) -> None:
        self._divide()
        self._ask_once()  # there may be room for a digit only now

    def _divide(self) -> None:
        """Give the digit as many lines as leave enough to the figures."""
        digit, self._divided = self.query_one(LiveDigit), self.size
        if self.has_class("two-columns") or self.has_class("halves"):
            digit.styles.clear_rule("height")
            digit.display = self.has_class("digit-there")
            return
        height = self.size.height
        lines = next((lines for least, lines in ((42, 28), (32, 19), (24, 15), (17, 10)) if height >= least), 0)
        digit.styles.height = lines
        digit.display = bool(lines) and self.has_class("digit-there")

    def show(self, state: State, view: RunView) -> None:
        """Show a run, and ask about its digits where its weights are others than before."""
        self._view = view
        self.query_one(RunPanel).show(view)
        self.query_one(MachinePanel).show(view.machine)
        resumable = any(run.run == view.run and run.resumable for run in state.runs)
        self._weights = state.link == "live" and (view.live or bool(view.epochs) or resumable)
        if state.link != "live":
            self._asked, self._since = None, 0.0
        self._take_answer(state, view)
        there = self._weights or self._trails.run == view.run
        if there != self.has_class("digit-there") or self.size != self._divided:  # not every size comes as an event
            self.set_class(there, "digit-there")
            self._divide()
        self._ask_once()
        self._draw_digit()

    def _take_answer(self, state: State, view: RunView) -> None:
        if state.digits is self._answer or (state.digits_run, state.digits_start) != (view.run, self._start):
            return
        self._answer, self._since = state.digits, 0.0
        before = [trail.digit.index for trail in self._trails.of] if self._trails.run == view.run else []
        known = before == [digit.index for digit in state.digits]
        self._trails = self._trails.after(view.run, state.digits_step, state.digits)
        if known and not self.held and view.state == "running":
            self._at += 1

    @property
    def held(self) -> bool:
        return self.query_one(LiveDigit).held

    @property
    def is_shown(self) -> bool:
        """Whether somebody sees the digit: nobody is asked for one that nobody sees."""
        return self.screen.is_current and bool(self.display) and bool(self.query_one(LiveDigit).display)

    def _draw_digit(self) -> None:
        digit, view = self.query_one(LiveDigit), self._view
        if view is None:
            return
        live = view.state == "running"
        digit.hint = ("f go on" if self.held else "f hold") if live else "r another"
        of = self._trails.of if self._trails.run == view.run else ()
        at = self._at % len(of) if of else 0
        digit.classes_of = view.classes
        digit.trails = (*of[at:], *of[:at])

    def _renew(self) -> None:
        """Ask anew while the weights change, unless an answer is on its way."""
        self._since += RENEWED if self._since else 0.0
        view = self._view
        if view is None or view.state != "running" or not self._weights or not self.is_shown:
            return
        if not self._since or self._since > LOST:
            self._ask(view)

    def _question(self, view: RunView) -> object:
        """What is asked about, equal while nothing is to be asked anew but by time."""
        return (view.run, view.state, view.epoch, self._start)

    def _ask_once(self) -> None:
        view = self._view
        if view is not None and self._weights and self.is_shown and self._asked != self._question(view):
            self._ask(view)

    def _ask(self, view: RunView) -> None:
        self._asked, self._since = self._question(view), 1e-9
        self.post_message(self.DigitsWanted(Predict(start=self._start, count=ASKED, run=view.run)))

    def hold(self) -> None:
        """Hold the digit in front, or let the next ones come."""
        digit = self.query_one(LiveDigit)
        digit.held = not digit.held
        self._draw_digit()

    def other_digits(self) -> None:
        """Go on with other digits of the test part."""
        if self._view is not None and self._weights:
            self._start, self._at = random.randrange(max(1, self._view.test_images)), 0
            self._ask(self._view)
