"""The runs of the list as they are now, where the list has them as they were at their start. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.vocabulary.messages import RunSummary
from tui.state.run import RunView


def with_live(runs: Sequence[RunSummary], *views: RunView | None) -> tuple[RunSummary, ...]:
    """Return the runs with the present figures of those in progress, which the list has as they were at their start."""
    live = {view.run: figures_now(view) for view in views if view is not None and view.live}
    return tuple(msgspec.structs.replace(run, **live[run.run]) if run.run in live else run for run in runs)


def figures_now(view: RunView) -> dict[str, Any]:
    """Return what the list of runs has of a run, as it is now."""
    now: dict[str, Any] = {"state": view.state, "epoch": view.epoch, "epochs": view.config.epochs, "best": view.best}
    if (last := view.last) is not None:
        now |= {"test_accuracy": last.test_accuracy, "test_loss": last.test_loss}
        now |= {"seconds": sum(epoch.seconds for epoch in view.epochs)}
    return now
