"""The screen Inside: what a network has inside, and why it answers so."""

import random

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widgets import Input, Static

from tui.screens.asked_once import AskedOnce
from tui.screens.base import StateScreen
from tui.screens.digit_messages import InsideMessages
from tui.screens.inside.digit_map import MapView
from tui.screens.inside.layers import LayersView
from tui.screens.inside.view import InsideView, Subject
from tui.screens.inside.views_line import ViewsLine
from tui.screens.inside.weights import WeightsView
from tui.screens.inside.welcome import Welcome, without_weights
from tui.screens.inside.why import WhyView
from tui.state.actions.lookup import bindings
from tui.state.inside import Inside, weights_of
from tui.state.state import State, classes_of
from tui.terminal.sanitize import sanitize
from tui.widgets.inside.digit_map import DigitMap

OWN_DIGIT = ("step", "random", "number")  # what there is only where one digit is looked at
WITH_A_DIGIT = ("layers", "why")
SILENT = {  # why nothing can be asked
    "connecting": "Waiting for the engine ...",
    "foreign": "The engine has another version, so it cannot be asked. Press e to choose again.",
    "lost": "No engine is running, so nothing can be asked. Press e to start one.",
}


class InsideScreen(InsideMessages, StateScreen):
    """Four views of one network. What a view shows is asked of the engine, one question at a time."""

    BINDINGS = bindings("inside")
    AUTO_FOCUS = None  # the view in front has it

    DEFAULT_CSS = """
    InsideScreen {
        Welcome { display: none; }
        &.no-weights Welcome { display: block; }
        &.no-weights InsideView.in-front { display: none; }
        InsideView { height: 1fr; display: none; }
        InsideView.in-front { display: block; }
        #subject { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
        #problem { height: auto; max-height: 4; padding: 0 1; color: $text-warning; display: none; }
        #number { display: none; margin: 0 1; }
        &.typing #number { display: block; }
        &.-wide MapDetail { display: block; }
        &.-wide #aside, &.-wide MapAside { width: 28; }
    }
    """

    view: reactive[str] = reactive("layers", init=False)
    """The view in front."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._drawn: tuple[Inside, Subject | None, str, bool] = Inside(), None, "", False  # what it was drawn of
        self._run = ""  # whose network is shown
        self._index = 0
        self._asked = 0  # how often the weights of the moment were asked for
        self._once = AskedOnce()

    def compose_body(self) -> ComposeResult:
        yield ViewsLine()
        yield Static("", markup=False, id="subject")
        yield Input(placeholder="the number of a test image", compact=True, id="number")
        yield Static("", markup=False, id="problem")
        yield Welcome()
        yield LayersView()
        yield WeightsView()
        yield WhyView()
        yield MapView()

    def on_mount(self) -> None:
        self.query_one(ViewsLine).here = self.view
        self.set_focus(self.in_front.first)

    # ------------------------------------------------------------------ what is shown

    @property
    def subject(self) -> Subject | None:
        """What is looked at, None without weights."""
        view = self._state.shown
        weights = weights_of(view, self._asked)
        if view is None or weights is None:
            return None
        return Subject(weights, min(self._index, max(0, view.test_images - 1)), view.test_images, view.classes)

    @property
    def in_front(self) -> InsideView:
        return self.query_one(f"#{self.view}", InsideView)

    def show_body(self, state: State) -> None:
        self._state = state
        before, self._drawn = self._drawn, (state.inside, self.subject, state.link, self.is_current)
        if before[0] is not state.inside or before[1] is None or before[1:] != self._drawn[1:]:
            self._draw(state)

    def _draw(self, state: State) -> None:
        self.in_front.add_class("in-front")
        subject = self.subject
        self.set_class(subject is None, "no-weights")
        if subject is None:
            self._say("")
            self.query_one("#subject", Static).update("")
            examples = state.data.examples if state.data is not None else []
            self.query_one(Welcome).classes_of = classes_of(state)
            self.query_one(Welcome).facts = without_weights(state), tuple(map(tuple, examples))
            return
        if subject.run != self._run:
            self._run = subject.run
            for view in self.query(InsideView):
                view.clear()
        words = self.in_front.show(state.inside, subject)
        waiting = self._ask()
        self.query_one("#subject", Static).update(words or (self.in_front.asks_for if waiting else ""))

    def _ask(self) -> bool:
        """Ask for the first thing that the view lacks, the rest once that is answered; tell whether anything is."""
        subject, inside = self.subject, self._state.inside
        if self._state.link in SILENT:
            self._say(SILENT[self._state.link])
            return False
        if subject is None or not self.is_current:
            return True
        problem, waiting = "", False
        for question in self.in_front.wanted(subject):
            if not inside.is_known(question, subject.weights):
                if inside.open is None and self._once.is_new(inside, (question, subject.weights)):
                    self.post_message(self.Asked(question, subject.weights))
                waiting = True
                break
            problem = problem or inside.problem_of(question, subject.weights)
        self._say(problem)
        return waiting

    def _say(self, problem: str) -> None:
        line = self.query_one("#problem", Static)
        line.update(problem)
        line.display = bool(problem)

    @on(InsideView.Changed)
    def look_again(self) -> None:
        if self.is_mounted:
            self._state = self.app_state
            self._draw(self._state)
            self.refresh_bindings()

    # ------------------------------------------------------------------ keys

    def action_view(self, view: str) -> None:
        self.view = view

    def watch_view(self, view: str) -> None:
        for each in self.query(InsideView):
            each.set_class(each.id == view, "in-front")
        self.query_one(ViewsLine).here = view
        self.set_focus(self.in_front.first)
        self.look_again()

    def show_digit(self, index: int) -> None:
        """Look at another test digit."""
        subject = self.subject
        if subject is not None and subject.images:
            self._index = index % subject.images
            self.query_one(WhyView).forget()
            self.look_again()

    def explain_digit(self, index: int) -> None:
        """Show why a test digit is taken for what it is, as soon as this screen is there."""
        self._index = index
        if self.query(WhyView):
            if self.has_class("typing"):
                self._leave_number()
            self.query_one(WhyView).forget()
            self.view = "why"
            self.look_again()
        else:
            self.set_reactive(InsideScreen.view, "why")

    @on(DigitMap.Opened)
    def explain_shown(self, event: DigitMap.Opened) -> None:
        self.explain_digit(event.index)

    def action_step(self, step: int) -> None:
        self.show_digit(self._index + step)

    def action_random(self) -> None:
        if self.subject is not None and self.subject.images:
            self.show_digit(random.randrange(self.subject.images))

    def action_number(self) -> None:
        self.add_class("typing")
        self.set_focus(self.query_one("#number", Input))

    @on(Input.Submitted, "#number")
    def take_number(self, event: Input.Submitted) -> None:
        subject = self.subject
        words = event.value.strip().lstrip("#").replace(",", "")
        if subject is None:
            return
        if not (words.isascii() and words.isdigit() and int(words) < subject.images):
            what = f"{sanitize(event.value, 40)!r} is no test {subject.thing}"
            self._say(f"{what}; give a number from 0 to {subject.images - 1:,}.")
            return
        self._leave_number()
        self.show_digit(int(words))

    def _leave_number(self) -> None:
        self.query_one("#number", Input).value = ""
        self.remove_class("typing")
        self.set_focus(self.in_front.first)

    def action_method(self) -> None:
        self.query_one(WhyView).next_method()

    def action_change(self) -> None:
        self.query_one(WhyView).find_change()

    def action_anew(self) -> None:
        self._asked += 1
        self.look_again()

    def action_back(self) -> None:
        if self.has_class("typing"):
            self._leave_number()
            self.look_again()
        else:
            self.in_front.close()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or action == "view":
            return True
        if action in ("method", "change"):
            return self.view == "why" and self.subject is not None
        if action == "anew":
            return self.subject is not None
        if action in OWN_DIGIT:
            return self.view in WITH_A_DIGIT and self.subject is not None
        if action == "back":
            return self.has_class("typing") or self.in_front.is_within
        return True
