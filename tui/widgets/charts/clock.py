"""Where a step of a run lies on an x axis of epochs, steps or time. Pure."""

from collections.abc import Callable, Mapping

from tui.state.run import RunView

UNITS = (("s", 1.0), ("min", 60.0), ("h", 3600.0))


def seconds_at(view: RunView, before: float = 0.0) -> Callable[[float], float]:
    """Return the time of a step: seconds of training and tests since the start of the run, pauses left out.

    A fork begins at its branch, after the seconds that its parent took `before`. Within an epoch steps take equally
    long. Steps are asked for in ascending order.
    """
    knots = [(float(view.branch), before)]
    for epoch in view.epochs:
        trained = knots[-1][1] + epoch.seconds
        knots += [(float(epoch.step), trained), (float(epoch.step), trained + epoch.test_seconds)]
    pace = view.config.batch_size / view.images_per_s if view.images_per_s else 0.0
    at = 1

    def seconds(step: float) -> float:
        nonlocal at
        if at > 1 and step <= knots[at - 1][0]:
            at = 1
        while at < len(knots) and knots[at][0] < step:
            at += 1
        last = knots[at - 1]
        if at == len(knots):
            return last[1] + (step - last[0]) * pace
        share = (step - last[0]) / (knots[at][0] - last[0]) if knots[at][0] > last[0] else 0.0
        return last[1] + share * (knots[at][1] - last[1])

    return seconds


def seconds_before(view: RunView, parents: Mapping[str, RunView]) -> float:
    """Return the seconds that the parent of a fork, and its parents, took up to the branch, where they are known."""
    line = [view]
    while (parent := parents.get(line[-1].parent)) is not None and all(parent is not each for each in line):
        line.append(parent)
    seconds = 0.0
    for parent, child in zip(line[:0:-1], line[-2::-1], strict=True):
        seconds = seconds_at(parent, seconds)(child.parent_step)
    return seconds


def duration(view: RunView, before: float = 0.0) -> float:
    """Return how long a run has trained and tested, in seconds, those of its parent included."""
    return seconds_at(view, before)(view.step)


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the name and the length in seconds of the unit for an axis of so many seconds."""
    return next((unit for unit in reversed(UNITS) if seconds >= 3 * unit[1]), UNITS[0])


def place_of(view: RunView, x: str, unit: float = 1.0, before: float = 0.0) -> Callable[[float], float]:
    """Return what turns a step into a place on the axis `x`; time is in units of so many seconds."""
    if x == "time":
        seconds = seconds_at(view, before)
        return lambda step: seconds(step) / unit
    per_epoch = view.steps_per_epoch if x == "epoch" else 1
    return lambda step: step / per_epoch
