"""What became of a run: its figures, where its weights are, how to go on, and the exit status."""

import sys
from dataclasses import dataclass
from pathlib import Path

from engine.storage.runs.folders import BEST, LAST
from engine.tracking.cursor import told
from tui.commands.run_coroutine import INTERRUPTED
from tui.state.run import RunView
from tui.state.run_numbers import numbers_of
from tui.state.words.figures import accuracy_within, percent
from tui.state.words.runs import tracker_words
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize


@dataclass(frozen=True)
class Outcome:
    """What became of a run: the exit status, and the run as far as it is known."""

    status: int
    view: RunView | None


def tell_end(checkpoints: Path, view: RunView | None, interrupted: bool, failure: str = "") -> int:
    """Say what became of a run; return the exit status."""
    if view is None or view.live:
        number = numbers_of([view.run]) if view is not None else "RUN"
        resume = f"`mnist-tui train --resume {sanitize(number)}` continues it"
        if interrupted:
            print(
                f"left at once; the engine stops the run after its current step and saves it: {resume}", file=sys.stderr
            )
            return INTERRUPTED
        why = f" ({sanitize(failure)})" if failure else ""
        print(f"the engine ended{why}; everything up to the last epoch is kept: {resume}", file=sys.stderr)
        return 1
    for line in result_of(checkpoints, view):
        print(sanitize(line, longest=5000), file=sys.stderr)
    if view.state in ("stopped", "interrupted"):
        return INTERRUPTED if interrupted else 1
    return 0 if view.state == "finished" else 1


def result_of(checkpoints: Path, view: RunView) -> list[str]:
    """Say what a run has reached: after the best epoch by validation, and after the last."""
    reported, last = view.reported, view.last
    if reported is None or last is None:
        return []
    best = reported.validation_accuracy is not None
    validated = f"validation accuracy {percent(reported.validation_accuracy or 0.0)}, " if best else ""
    tested = accuracy_within(reported.test_accuracy, view.test_images)
    lines = [
        f"{view.run}: {validated}test accuracy {tested}, test loss {reported.test_loss:.4f}"
        f" after epoch {reported.epoch}{', the best by validation' if best else ''};"
        f" weights in {checkpoints / view.run / (BEST if best else LAST)}"
    ]
    if best and last.epoch != reported.epoch:
        lines.append(
            f"{view.run}: validation accuracy {percent(last.validation_accuracy or 0.0)}, test accuracy"
            f" {percent(last.test_accuracy)}, test loss {last.test_loss:.4f} after epoch {last.epoch}, the last;"
            f" weights in {checkpoints / view.run / LAST}"
        )
    if view.began:
        lines.append(
            f"{view.run}: changed during the run, started with {format_values(view.began)};"
            " no single command trains it again"
        )
    lines += [tracker_words(each) for each in told(checkpoints / view.run)]
    return lines
