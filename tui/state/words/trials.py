"""Trials of a study in words, and what it searches. Pure."""

from engine.vocabulary.config import Value
from engine.vocabulary.messages import TrialSummary
from engine.vocabulary.search_space import Dimension
from tui.state.study import StudyView
from tui.state.words.figures import percent
from tui.terminal.sanitize import sanitize

SHORT = {"batch_size": "batch", "weight_decay": "decay", "label_smoothing": "smoothing"}


def describe_trial(trial: TrialSummary) -> str:
    """Return `trial 7 98.31 % (lr 0.0042, batch_size 50)`."""
    figure = percent(trial.accuracy) if trial.accuracy is not None else "no figure"
    values = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in trial.changes.items()
    )
    state = "" if trial.state == "finished" else f" {trial.state}"
    reason = f", {trial.reason}" if trial.reason else ""
    return f"trial {trial.number}{state} {figure} ({'the base' if trial.base else values}){reason}"


def short_name(name: str) -> str:
    """Return a field's name for the head of a narrow column."""
    return SHORT.get(name, name)


def short_value(value: Value) -> str:
    """Return a value in the room of a narrow column."""
    return f"{value:.3g}" if isinstance(value, float) else sanitize(str(value), 12)


def trial_words(view: StudyView, trial: TrialSummary) -> str:
    """Return `trial 7: 98.31 % with lr 0.0042, batch 50`."""
    values = ", ".join(f"{short_name(name)} {short_value(value)}" for name, value in view.values_of(trial).items())
    figure = percent(trial.accuracy) if trial.accuracy is not None else "no figure"
    base = " (the base)" if trial.base else ""
    reason = f" ({sanitize(trial.reason, 120)})" if trial.reason else ""
    state = "" if trial.state == "finished" else f" {sanitize(trial.state, 12)}{reason}"
    return f"trial {trial.number}{base}{state}: {figure} with {values}"


def range_words(dimension: Dimension) -> str:
    """Return what is searched of a field: `0.0001..0.1 log`, `50,100,200`."""
    if getattr(dimension, "log", False):
        return f"{dimension.words} log"
    return dimension.words
