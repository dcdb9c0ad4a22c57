"""Where a step of a run lies on an x axis of epochs, steps or time. Pure."""

from collections.abc import Callable

from tui.state.run import RunView

UNITS = (("s", 1.0), ("min", 60.0), ("h", 3600.0))


def seconds_at(view: RunView) -> Callable[[float], float]:
    """Return the time of a step: seconds of training and tests since the start of the run, pauses left out.

    Within an epoch steps take equally long. Steps are asked for in ascending order.
    """
    knots = [(0.0, 0.0)]
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
        before = knots[at - 1]
        if at == len(knots):
            return before[1] + (step - before[0]) * pace
        share = (step - before[0]) / (knots[at][0] - before[0]) if knots[at][0] > before[0] else 0.0
        return before[1] + share * (knots[at][1] - before[1])

    return seconds


def duration(view: RunView) -> float:
    """Return how long a run has trained and tested, in seconds."""
    return seconds_at(view)(view.step)


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the name and the length in seconds of the unit for an axis of so many seconds."""
    return next((unit for unit in reversed(UNITS) if seconds >= 3 * unit[1]), UNITS[0])


def place_of(view: RunView, x: str, unit: float = 1.0) -> Callable[[float], float]:
    """Return what turns a step into a place on the axis `x`; time is in units of so many seconds."""
    if x == "time":
        seconds = seconds_at(view)
        return lambda step: seconds(step) / unit
    per_epoch = view.steps_per_epoch if x == "epoch" else 1
    return lambda step: step / per_epoch
