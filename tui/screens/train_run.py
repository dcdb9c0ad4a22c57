"""What the train screen has when there is a run: imported and mounted after the first frame, which shows none."""

from textual.containers import Horizontal
from textual.geometry import Size
from textual.widget import Widget

from tui.screens.base import TALL
from tui.state.run import RunView
from tui.state.state import State
from tui.widgets.charts.pane import ChartsPane
from tui.widgets.coach import CoachStrip
from tui.widgets.side.pane import TrainSide
from tui.widgets.side.strip import FigureStrip


class RunParts:
    """Figures, charts, the side, and the coach."""

    def __init__(self) -> None:
        self.strip = FigureStrip()
        self.charts = ChartsPane(id="charts")
        self.side = TrainSide(id="side")
        self.coach = CoachStrip()

    def widgets(self) -> tuple[Widget, ...]:
        """Return them as they stand, from the top."""
        return self.strip, Horizontal(self.charts, self.side, id="body"), self.coach

    @property
    def are_complete(self) -> bool:
        return bool(self.charts.children and self.side.children)

    def show(self, state: State, view: RunView | None) -> None:
        """Draw a state, and the run that it shows."""
        self.coach.show(state.coach)
        if view is not None:
            self.charts.show(view)
            self.charts.overlay(state.courses_beside(view.run), state.of_other_data(view.run))
            self.strip.show(view)
            self.side.show(state, view)

    def fit(self, screen: Size) -> None:
        """Take the layout for a screen of this size."""
        self.coach.brief = screen.height < TALL
        self.side.fit(screen)
