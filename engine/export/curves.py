"""What is drawn of a history: lines of points, over epochs, steps or time. Knows nothing of how it is drawn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.library.histories import History
from engine.library.runs import SavedRun
from engine.library.table import Table

Values = npt.NDArray[np.float64]
AXIS_WORDS = {"epochs": "epoch", "steps": "step", "time": "seconds of training and tests"}


@dataclass(frozen=True)
class Line:
    """Of a run: `part` is train, validation or test; `batches` are many points, epochs few."""

    part: str
    x: Values
    y: Values
    batches: bool = False


def noted(run: SavedRun, notes: list[str]) -> History:
    """Return the history of a run; what of its log is not in it becomes a note. Raises RunError, OSError."""
    history = History.read(run.folder)
    if history.problem:
        notes.append(f"{run.name}: {history.problem}")
    return history


def lines_of(history: History, metric: str, axis: str) -> list[Line]:
    """Return the lines of `loss`, `accuracy` (in per cent) or `lr`. Those of which nothing is known are left out."""
    epochs, steps = history.epochs, history.steps
    at_steps, at_epochs = places(history, axis, steps["step"]), places(history, axis, epochs["step"])
    if metric == "lr":
        return [Line("train", at_steps, steps["lr"], batches=True)] if steps.rows else []
    factor = 100.0 if metric == "accuracy" else 1.0
    lines = [Line("train", at_steps, factor * steps[metric], batches=True)]
    for part in ("validation", "test"):
        lines.append(Line(part, at_epochs, factor * epochs[f"{part}_{metric}"]))
    return [line for line in lines if len(line.y) and not np.isnan(line.y).all()]


def places(history: History, axis: str, steps: Values) -> Values:
    """Return where steps are on an axis."""
    if axis == "steps":
        return steps.astype(np.float64)
    if axis == "epochs":
        return steps / max(1, history.steps_per_epoch)
    ends, seconds = clock(history.epochs)
    if len(ends) < 2:
        return np.zeros(len(steps))
    # Steps of an epoch that is not finished are as fast as the last ones.
    speed = (seconds[-1] - seconds[-2]) / max(1, ends[-1] - ends[-2])
    return np.where(steps <= ends[-1], np.interp(steps, ends, seconds), seconds[-1] + (steps - ends[-1]) * speed)


def clock(epochs: Table) -> tuple[Values, Values]:
    """Return the steps at which epochs ended, and the seconds until then, both from the beginning of the first."""
    if not epochs.rows:
        return np.zeros(0), np.zeros(0)
    first = epochs["step"][0] - (epochs["step"][1] - epochs["step"][0] if epochs.rows > 1 else epochs["step"][0])
    seconds = np.cumsum(epochs["seconds"] + epochs["test_seconds"])
    return np.concatenate([[max(first, 0)], epochs["step"]]), np.concatenate([[0.0], seconds])
