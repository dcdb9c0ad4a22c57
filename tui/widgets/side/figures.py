"""The figures of a run: rows for a panel, their changes, a table of epochs, and one line. Pure."""

from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import NetworkCompiled
from tui.state.run import RunView
from tui.state.words.figures import percent
from tui.state.words.networks import shown_name
from tui.state.words.values import format_change, format_value
from tui.terminal.sanitize import sanitize

FigureRow = tuple[str, str, str]  # label, value, style
Part = tuple[str, str]  # words and their style

SHOWN = ("epochs", "batch_size", "lr", "weight_decay", "dropout2d", "dropout", "seed")
# Whose other fields are shown where they differ from the default.
BATCHES = 20  # last ones that the figures of the first epoch are means of
EPOCHS = 50  # of the table, at most
GROUPS = ("Training", "Optimizer", "Schedule", "Regularisation", "Augmentation", "Network")


def changes(view: RunView) -> dict[str, Part]:
    """Return by label how figures changed from the epoch before to the last one: words, and whether that is good."""
    if len(view.epochs) < 2:
        return {}
    before, last = view.epochs[-2:]
    moves = {
        "Test accuracy": percentage_points(before.test_accuracy, last.test_accuracy),
        "Test loss": moved(before.test_loss, last.test_loss, "{:.4f}", falls=True),
        "Train accuracy": percentage_points(before.train_accuracy, last.train_accuracy),
        "Train loss": moved(before.train_loss, last.train_loss, "{:.4f}", falls=True),
    }
    if before.validation_accuracy is not None and last.validation_accuracy is not None:
        moves["Validation"] = percentage_points(before.validation_accuracy, last.validation_accuracy)
    return moves


def percentage_points(before: float, now: float) -> Part:
    return moved(100 * before, 100 * now, "{:.2f}")


def moved(before: float, now: float, form: str, *, falls: bool = False) -> Part:
    """Return `▲ 0.12` and whether that is "good" or "bad"; where `falls`, less is better."""
    words = form.format(abs(now - before))
    if float(words) == 0:
        return "=", "label"
    return f"{'▲' if now > before else '▼'} {words}", "good" if (now < before) == falls else "bad"


def epoch_table(view: RunView, most: int) -> list[tuple[str, ...]]:
    """Return the last epochs, the newest first, below a heading."""
    lines: list[tuple[str, ...]] = [("epoch ", "     test", "     loss", "    train")]
    for epoch in view.epochs[: -most - 1 : -1]:
        lines.append(
            (
                f"{epoch.epoch:>5} ",
                f"{percent(epoch.test_accuracy):>9}",
                f"{epoch.test_loss:>9.4f}",
                f"{percent(epoch.train_accuracy):>9}",
            )
        )
    return lines


def strip_parts(view: RunView) -> list[tuple[Part, ...]]:
    """Return the figures of one line, what matters most first."""
    epoch = min(view.epoch + 1, view.config.epochs) if view.live else view.epoch
    parts: list[tuple[Part, ...]] = [(("epoch ", "label"), (f"{epoch}/{view.config.epochs}", "value"))]
    if view.epochs:
        change = changes(view).get("Test accuracy")
        parts.append(
            (
                ("test ", "label"),
                (percent(view.epochs[-1].test_accuracy), "value"),
                *(((f" {change[0]}", change[1]),) if change else ()),
            )
        )
        best = max(view.epochs, key=lambda each: each.test_accuracy)
        parts.append((("best ", "label"), (percent(best.test_accuracy), "value"), (f" epoch {best.epoch}", "label")))
    else:
        parts += [((f"{label.lower()} ", "label"), (value, "value")) for label, value, _ in batch_rows(view)]
    if view.state == "running" and view.images_per_s:
        parts.append(((f"{view.images_per_s:,.0f}", "value"), (" images/s", "label")))
    return parts


def batch_rows(view: RunView) -> list[FigureRow]:
    """Return what the last batches told, over about as many steps as smooth it: all there is in the first epoch."""
    rows: list[FigureRow] = []
    for label, points, form in (
        ("Batch accuracy", view.accuracies, percent),
        ("Batch loss", view.losses, "{:.4f}".format),
    ):
        if points:
            last = [value for _, value in points[-BATCHES:]]
            rows.append((label, form(sum(last) / len(last)), "value"))
    return rows


def figures(view: RunView) -> list[FigureRow]:
    """Return label, value and style of each row; an empty label is a gap."""
    rows: list[FigureRow] = []
    if not view.epochs:
        rows += [*batch_rows(view), ("", "", "value")] if view.losses else []
    else:
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
    if view.compiled:
        rows.append(("Compiled", sanitize(compiled_words(view.compiled), longest=40), "value"))
    if view.uncaptured:
        rows.append(("CUDA graphs", sanitize(f"none: {view.uncaptured}", longest=40), "changed"))
    return rows


def compiled_words(event: NetworkCompiled) -> str:
    """Return what came of compiling a network."""
    return f"no: {event.reason}" if event.reason else f"in {event.seconds:.0f} s"


def hyperparameters(view: RunView) -> list[tuple[str, str]]:
    """Return label and value of each hyperparameter."""
    values = ((field.label, format_value(getattr(view.config, name))) for name, field in FIELDS.items())
    return [(label, sanitize(value, 20)) for label, value in values if value]


def threads(view: RunView) -> str:
    """Return how many threads compute, and why they are not all that the machine has."""
    if view.config.threads:
        return f"{view.threads}, as set"
    if view.threads < view.most_threads:
        return f"{view.threads} of {view.most_threads} (busy)"
    return f"{view.threads}"


def is_default(view: RunView, name: str) -> bool:
    return bool(getattr(view.config, name) == FIELDS[name].default)


def best_rows(view: RunView) -> list[FigureRow]:
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
