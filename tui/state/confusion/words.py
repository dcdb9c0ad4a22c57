"""Mistakes and certainty in words. Pure."""

from collections.abc import Sequence

from engine.vocabulary.messages.base import class_name
from tui.state.class_words import short_name
from tui.state.confusion.figures import Counts, class_figures
from tui.state.run import RunView
from tui.state.significance import wilson
from tui.state.words.figures import format_limits, percent
from tui.terminal.sanitize import sanitize

AGAIN = 12  # columns of a name that was there in full


def matrix_caption(view: RunView, counts: Counts, epoch: int) -> str:
    """Say what a matrix is of, and how far its accuracy can be relied upon."""
    images = sum(map(sum, counts))
    right = sum(row[i] for i, row in enumerate(counts))
    best = view.best
    of = "" if best is None else ", the best by validation" if best.epoch == epoch else f" (best: {best.epoch})"
    accuracy = ""
    if images:
        between = format_limits("accuracy", *wilson(right / images, images))
        accuracy = f", {percent(right / images)} right (95 % confidence: {between})"
    return f"{sanitize(view.run)}, test after epoch {epoch}{of}: {images - right:,} of {images:,} wrong{accuracy}"


def cell_in_words(counts: Counts, names: Sequence[str], cell: tuple[int, int]) -> str:
    """Say what a cell of a matrix counts, and the figures of its classes."""
    actual, predicted = cell
    figures = class_figures(counts)
    of, taken = figures[actual], figures[predicted]
    name, other = class_name(names, actual), class_name(names, predicted)
    count = counts[actual][predicted]
    share = f" ({100 * count / of.support:.1f} %)" if of.support and actual != predicted else ""
    what = f"{name} is right" if actual == predicted else f"{name} is taken for {other}"
    again, other_again = (short_name(names, label, AGAIN) for label in cell)
    precision = f"precision of {other_again} {_percent(taken.precision)}"
    return (
        f"{what} {count:,} of {of.support:,} times{share}. Recall of {again} {_percent(of.recall)}, F1"
        f" {_percent(of.f1)}, {precision}."
    )


def waiting_words(view: RunView | None) -> str:
    """Say what there is to do where there is no matrix yet."""
    if view is None:
        return "No run yet. Press t to train: after the first epoch this screen shows which digits are taken for which."
    if view.live:
        return (
            f"{sanitize(view.run)} is in its first epoch. After it this screen shows which digits are taken for which."
        )
    return (
        f"{sanitize(view.run)} has finished no epoch. Choose another run on the Runs screen (4), or press t to train."
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
