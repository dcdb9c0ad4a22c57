"""The confusion screen: which digits the network mistakes for which; its calibration and robustness a key away."""

from textual import on
from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.reactive import reactive

from engine.vocabulary.messages import MeasureCalibration, MeasureRobustness
from tui.screens.asked_once import AskedOnce
from tui.screens.base import StateScreen
from tui.screens.confusion.calibration_view import CalibrationView
from tui.screens.confusion.matrix_view import MatrixView
from tui.screens.confusion.robustness_view import RobustnessView
from tui.screens.confusion.view import View
from tui.screens.digit_messages import ConfusionMessages
from tui.state.actions.lookup import bindings
from tui.state.state import State

VIEWS: dict[str, type[View]] = {
    "matrix": MatrixView, "calibration": CalibrationView, "robustness": RobustnessView,
}  # fmt: skip
OF_MATRIX = ("shares", "epoch")
OF_MEASURED = ("again", "stop_measuring")
KEYS = (*OF_MATRIX, "inspect", *OF_MEASURED, "back", "calibration", "robustness", "all_images")


class ConfusionScreen(ConfusionMessages, StateScreen):
    """Three views of the run that is shown, one at a time; Escape goes back to the matrix."""

    BINDINGS = bindings("confusion")
    AUTO_FOCUS = "ConfusionMatrix"

    DEFAULT_CSS = """
    ConfusionScreen {
        View { display: none; }
        &.matrix MatrixView { display: block; }
        &.calibration CalibrationView { display: block; }
        &.robustness RobustnessView { display: block; }
    }
    """

    view: reactive[str] = reactive("matrix", init=False)
    """One of VIEWS."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("matrix")
        self._state = State()
        self._works: list[bool | None] = []  # which keys
        self._once = AskedOnce()

    def compose_body(self) -> ComposeResult:
        for view in VIEWS.values():
            yield view()

    @property
    def in_front(self) -> View:
        return self.query_one(VIEWS[self.view])

    def show_body(self, state: State) -> None:
        self._state = state
        self.in_front.show(state)
        works = [self.check_action(name, (step,)) for name in KEYS for step in ((-1, 1) if name == "epoch" else (0,))]
        if works != self._works:
            self._works = works
            self.refresh_bindings()
        if state.link == "live":
            for question in self.in_front.questions(state):
                if state.certainty.may_ask(question) and self._once.is_new(state.certainty, question):
                    self.post_message(self.Asked(question))

    def watch_view(self) -> None:
        for name in VIEWS:
            self.set_class(name == self.view, name)
        self.show(self.app_state)
        self.in_front.take_focus()

    @on(View.Changed)
    def draw_anew(self) -> None:
        self.show(self.app_state)

    @on(View.Opened)
    def open_pair(self, event: View.Opened) -> None:
        self.post_message(self.PairChosen(event.actual, event.predicted, event.epoch))

    # ------------------------------------------------------------------ keys

    def action_calibration(self) -> None:
        self.view = "calibration"

    def action_robustness(self) -> None:
        self.view = "robustness"

    def action_back(self) -> None:
        if self.view != "matrix":
            self.view = "matrix"
        else:
            self.query_one(MatrixView).back()

    def action_shares(self) -> None:
        self.query_one(MatrixView).toggle_shares()

    def action_epoch(self, step: int) -> None:
        self.query_one(MatrixView).step(step)

    def action_inspect(self) -> None:
        self.in_front.next_details()

    def action_again(self) -> None:
        """Measure what is shown anew, with the weights of now."""
        question = self.in_front.measured_anew(self._state)
        if question is not None:
            self.post_message(self.Asked(question))

    def action_stop_measuring(self) -> None:
        self.post_message(self.MeasuringStopped())

    def action_all_images(self) -> None:
        self.query_one(RobustnessView).toggle_images()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        try:
            matrix = self.query_one(MatrixView)
        except NoMatches:  # the screen is not there yet
            return True
        if action in OF_MATRIX and self.view != "matrix":
            return False
        if action in OF_MEASURED and self.view == "matrix":
            return False
        match action:
            case "epoch":
                return matrix.can_step(int(str(parameters[0])))
            case "shares":
                return matrix.has_counts
            case "inspect":
                return self.in_front.can_inspect
            case "back":
                return self.view != "matrix" or matrix.can_go_back
            case "calibration" | "robustness":
                return self.view != action and self._state.shown is not None
            case "again":
                return self.in_front.measured_anew(self._state) is not None
            case "stop_measuring":
                kind = MeasureCalibration if self.view == "calibration" else MeasureRobustness
                return self._state.certainty.is_open(kind)
            case "all_images":
                return self.view == "robustness" and self.query_one(RobustnessView).can_test_more
        return True
