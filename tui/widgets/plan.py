"""What the run of the form will take: network, steps, and an estimate of its time."""

from rich.cells import cell_len
from textual.reactive import reactive

from engine.vocabulary.messages import ModelDescribed
from tui.state.words.networks import layer_row
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.estimate import Plan, plan_rows

VALUE_AT = 12
FEWEST_LAYERS = 4  # lines that are worth a list


class PlanView(CellWidget):
    """Figures, one below the other, and the layers of the network where there is room for them."""

    COMPONENT_CLASSES = {"plan--label", "plan--value"}  # noqa: RUF012

    DEFAULT_CSS = """
    PlanView {
        .plan--label { color: $text-muted; }
        .plan--value { color: $foreground; }
    }
    """

    plan: reactive[Plan | None] = reactive(None, init=False, repaint=False)
    """What is shown; an equal one costs no redraw."""

    network: reactive[ModelDescribed | None] = reactive(None, init=False, repaint=False)
    """The network of the plan, once its layers are known."""

    def watch_plan(self) -> None:
        self.redraw()

    def watch_network(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        if self.plan is None:
            return
        rows = plan_rows(self.plan)[-cells.height :]
        for y, (label, value) in enumerate(rows):
            cells.put(0, y, label, "plan--label")
            cells.put(VALUE_AT, y, value, "plan--value")
        room = cells.height - len(rows) - 2
        if self.network is None or room < FEWEST_LAYERS:
            return
        layers = self.network.layers
        shown = layers if len(layers) <= room else layers[: room - 1]
        cells.put(0, len(rows) + 1, "layers", "plan--label")
        for y, layer in enumerate(shown, len(rows) + 2):
            name, kind, shape, parameters = layer_row(layer)
            cells.put(2, y, f"{name[:14]:<15}{kind[:12]:<13}{shape}", "plan--value")
            cells.put(cells.width - cell_len(parameters), y, parameters, "plan--value")
        if len(shown) < len(layers):
            more = len(layers) - len(shown) + self.network.more
            cells.put(2, len(rows) + 2 + len(shown), f"and {more:,} more; F8 shows all", "plan--label")
