"""The configuration and the figures of a run at a glance."""

from rich.text import Text
from textual.widgets import Static

from engine.config import FIELDS
from tui.describe import percent
from tui.store import RunView

SHOWN = ("epochs", "batch_size", "lr", "weight_decay", "dropout2d", "dropout", "seed")


class RunPanel(Static):
    """Two columns of figures; a value that is not the default stands out."""

    COMPONENT_CLASSES = {"run-panel--label", "run-panel--value", "run-panel--changed"}  # noqa: RUF012

    DEFAULT_CSS = """
    RunPanel {
        height: auto;
        padding: 0 1;
        .run-panel--label { color: $text-muted; }
        .run-panel--value { color: $foreground; }
        .run-panel--changed { color: $text-accent; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._shown: list[tuple[str, str, str]] | None = None

    def show(self, view: RunView) -> None:
        rows = figures(view)
        if rows == self._shown:
            return
        self._shown = rows
        text = Text(end="")
        for label, value, style in rows:
            if not label:
                text.append("\n")
                continue
            text.append(f"{label:<15}", self.get_component_rich_style("run-panel--label"))
            text.append(f"{value}\n", self.get_component_rich_style(f"run-panel--{style}"))
        text.rstrip()
        self.update(text)


def figures(view: RunView) -> list[tuple[str, str, str]]:
    """Return label, value and style of each row; an empty label is a gap."""
    rows: list[tuple[str, str, str]] = []
    if view.epochs:
        last = view.epochs[-1]
        best = max(view.epochs, key=lambda epoch: epoch.test_accuracy)
        rows += [
            ("Test accuracy", percent(last.test_accuracy), "value"),
            ("Test loss", f"{last.test_loss:.4f}", "value"),
            ("Train accuracy", percent(last.train_accuracy), "value"),
            ("Train loss", f"{last.train_loss:.4f}", "value"),
            ("Best test", f"{percent(best.test_accuracy)}, epoch {best.epoch}", "value"),
            ("Epoch time", f"{last.seconds:.1f} s + {last.test_seconds:.1f} s", "value"),
            ("", "", ""),
        ]
    rows += [("Network", view.config.model, "value"), ("Parameters", f"{view.parameters:,}", "value")]
    for name in SHOWN:
        value = getattr(view.config, name)
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        rows.append((FIELDS[name].label, shown, "changed" if value != FIELDS[name].default else "value"))
    rows += [
        ("", "", ""),
        ("Images", f"{view.train_images:,} + {view.test_images:,}", "value"),
        ("Device", view.device, "value"),
    ]
    return rows
