"""The list of runs with the figures of the one in progress."""

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.vocabulary.messages import RunSummary
from tui.state.run import RunView


def with_live(runs: Sequence[RunSummary], view: RunView | None) -> tuple[RunSummary, ...]:
    """Return the runs with the present figures of the one in progress, which the list has as it was at its start."""
    if view is None or not view.live:
        return tuple(runs)
    now: dict[str, Any] = {"state": view.state, "epoch": view.epoch, "epochs": view.config.epochs, "best": view.best}
    if (last := view.last) is not None:
        now |= {"test_accuracy": last.test_accuracy, "test_loss": last.test_loss}
        now |= {"seconds": sum(epoch.seconds for epoch in view.epochs)}
    return tuple(msgspec.structs.replace(run, **now) if run.run == view.run else run for run in runs)
