"""What keys do to the charts of a run. Light: a screen has these keys before it has charts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.widgets.charts.pane import ChartsPane


class ChartActions:
    """What keys do to the charts of a run, for a screen that has them, or for the pane itself."""

    @property
    def pane(self) -> "ChartsPane":
        raise NotImplementedError

    def action_zoom(self) -> None:
        self.pane.zoom()

    def action_cursor(self, columns: int) -> None:
        self.pane.move_cursor(columns)

    def action_log_axis(self) -> None:
        self.pane.change(log_y=not self.pane.view.log_y)

    def action_log_x(self) -> None:
        self.pane.change(log_x=not self.pane.view.log_x)

    def action_smooth(self, direction: int) -> None:
        self.pane.smooth(direction)

    def action_x_axis(self) -> None:
        self.pane.next_x()

    def action_maximise(self) -> None:
        self.pane.maximise()
