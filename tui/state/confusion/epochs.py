"""Which epochs of a run have a confusion matrix, and the counts of one. Pure."""

from tui.state.confusion.answers import Answers
from tui.state.confusion.figures import Counts
from tui.state.run import RunView


def counts_after(view: RunView, epoch: int, known: Answers) -> Counts:
    """Return the counts after an epoch, () where they are not there yet; 0 is the last epoch."""
    if not epoch or epoch == view.epoch:
        return view.confusion
    own = next((each.confusion for each in view.epochs if each.epoch == epoch), [])
    told = known.confusion_of(view.run, epoch)
    return own or (told.confusion if told is not None else ())


def epochs_to_see(view: RunView, known: Answers) -> list[int]:
    """Return the epochs whose counts are there, or can be asked for."""
    if not view.epochs:
        return []
    here = {each.epoch for each in view.epochs if each.confusion}
    return sorted({*here, *known.epochs_of(view.run), view.epoch})


def neighbour(view: RunView, epoch: int, step: int, known: Answers) -> int | None:
    """Return the epoch before this one, or after; None for none."""
    others = [each for each in epochs_to_see(view, known) if (each - epoch) * step > 0]
    return (min(others) if step > 0 else max(others)) if others else None


def is_written(view: RunView) -> bool:
    """Tell whether what the run thought after its last epoch is kept by now: the epoch is told before."""
    return not view.live or view.state == "paused" or view.step > view.epochs[-1].step
