"""The configuration and the figures of a run at a glance."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.config import FIELDS
from tui.state.run import RunView
from tui.state.words.figures import percent
from tui.state.words.networks import shown_name
from tui.state.words.values import format_change, format_value
from tui.terminal.sanitize import sanitize

SHOWN = ("epochs", "batch_size", "lr", "weight_decay", "dropout2d", "dropout", "seed")
# Whose other fields are shown where they differ from the default.
GROUPS = ("Training", "Optimizer", "Schedule", "Regularisation", "Augmentation", "Network")


class RunPanel(Widget):
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

    rows: reactive[tuple[tuple[str, str, str], ...]] = reactive((), layout=True)
    """Label, value and style of each row; an empty label is a gap."""

    def show(self, view: RunView) -> None:
        self.rows = tuple(figures(view))

    def render(self) -> Text:
        lines = []
        width = max([14, *(len(label) for label, _, _ in self.rows)]) + 1
        for label, value, style in self.rows:
            line = Text(f"{label:<{width}}", self.get_component_rich_style("run-panel--label"))
            lines.append(line.append(value, self.get_component_rich_style(f"run-panel--{style}")))
        return Text("\n", end="").join(lines)


def figures(view: RunView) -> list[tuple[str, str, str]]:
    """Return label, value and style of each row; an empty label is a gap."""
    rows: list[tuple[str, str, str]] = []
    if view.epochs:
        last = view.epochs[-1]
        rows += [
            ("Test accuracy", percent(last.test_accuracy), "value"),
            ("Test loss", f"{last.test_loss:.4f}", "value"),
            *([("Validation", percent(last.validation_accuracy), "value")] if last.validation_accuracy else []),
            ("Train accuracy", percent(last.train_accuracy), "value"),
            ("Train loss", f"{last.train_loss:.4f}", "value"),
            *best_rows(view),
            ("Epoch time", f"{last.seconds:.1f} s + {last.test_seconds:.1f} s", "value"),
            ("", "", "value"),
        ]
    rows += [
        ("Network", shown_name(view.config.model), "value"),
        ("Parameters", f"{view.parameters:,}", "value"),
    ]
    others = [
        name
        for name in (*view.config.differences(), *(each for each in view.began if is_default(view, each)))
        if FIELDS[name].group in GROUPS and name not in (*SHOWN, "model")
    ]
    for name in (*SHOWN, *others):
        value = getattr(view.config, name)
        shown = format_change(view.began[name], value) if name in view.began else format_value(value)
        changed = name in view.began or value != FIELDS[name].default
        rows.append((FIELDS[name].label, shown, "changed" if changed else "value"))
    several = f", {view.config.processes} processes" if view.config.processes > 1 else ""
    rows += [
        ("", "", "value"),
        ("Images", f"{view.train_images:,} + {view.test_images:,}", "value"),
        ("Device", sanitize(f"{view.device}, {view.config.precision}{several}", longest=40), "value"),
    ]
    if view.threads and (view.most_threads > 1 or view.config.threads):
        rows.append(("Threads", threads(view), "changed" if view.threads != view.most_threads else "value"))
    return rows


def threads(view: RunView) -> str:
    """Return how many threads compute, and why they are not all that the machine has."""
    if view.config.threads:
        return f"{view.threads}, as set"
    if view.threads < view.most_threads:
        return f"{view.threads} of {view.most_threads} (busy)"
    return f"{view.threads}"


def is_default(view: RunView, name: str) -> bool:
    return bool(getattr(view.config, name) == FIELDS[name].default)


def best_rows(view: RunView) -> list[tuple[str, str, str]]:
    """Return the best epoch by validation, which is what is reported; where no images are held out, the highest test
    accuracy, with a warning: whoever chooses by it reports the luck of that epoch as well."""
    if view.best is not None and view.best.validation_accuracy is not None:
        best = view.best
        return [
            ("Best, validated", f"{percent(best.validation_accuracy or 0.0)}, epoch {best.epoch}", "value"),
            ("  its test", percent(best.test_accuracy), "value"),
        ]
    highest = max(view.epochs, key=lambda epoch: epoch.test_accuracy)
    return [
        ("Best test", f"{percent(highest.test_accuracy)}, epoch {highest.epoch}", "value"),
        ("", "not for choosing", "label"),
    ]
