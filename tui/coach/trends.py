"""Trends of a curve and how certain they are: means over stretches, and fitted lines with their standard errors."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from engine.vocabulary.messages import EpochDone
from tui.state.run import Point, RunView


@dataclass(frozen=True)
class Line:
    """A straight line through points by least squares; `error` is the standard error of its slope."""

    slope: float
    error: float
    first: float  # its height at the first point
    last: float

    @property
    def certainty(self) -> float:
        """The slope in standard errors of itself: Student's t. Beyond 4 it is hardly ever chance."""
        return self.slope / self.error if self.error else math.copysign(math.inf, self.slope) if self.slope else 0.0


def fit(points: Sequence[Point]) -> Line:
    """Fit at least three points; flat where all of them have the same x."""
    xs, ys = zip(*points, strict=True)
    middle, mean = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    if not spread:
        return Line(0.0, 0.0, mean, mean)
    slope = sum((x - middle) * (y - mean) for x, y in points) / spread
    rest = sum((y - mean - slope * (x - middle)) ** 2 for x, y in points)
    return Line(
        slope=slope,
        error=math.sqrt(rest / (len(points) - 2) / spread),
        first=mean + slope * (xs[0] - middle),
        last=mean + slope * (xs[-1] - middle),
    )


def stretches(points: Sequence[Point], count: int) -> list[Point]:
    """Return the mean point of each of `count` stretches of equal length; those that hold none are left out.

    The noise of single steps, and how many of them a point stands for, hardly matter to these.
    """
    if not points:
        return []
    low, high = points[0][0], points[-1][0]
    width = (high - low) / count or 1.0
    groups: list[list[Point]] = [[] for _ in range(count)]
    for x, y in points:
        groups[max(0, min(count - 1, int((x - low) / width)))].append((x, y))
    return [(statistics.fmean(x for x, _ in group), statistics.fmean(y for _, y in group)) for group in groups if group]


def settled_since(view: RunView) -> float:
    """Return the step since which neither hyperparameters changed nor a warm-up raised the rate.

    What comes before says nothing of how the network trains now.
    """
    return max(view.changed, view.config.warmup * view.steps_per_epoch)


def recent_losses(view: RunView) -> list[Point]:
    """Return the training losses (step, loss) since then."""
    return [point for point in view.losses if point[0] > settled_since(view)]


def recent_epochs(view: RunView) -> list[EpochDone]:
    """Return the epochs that lie in this time with all of their steps."""
    return [epoch for epoch in view.epochs if epoch.step - view.steps_per_epoch >= settled_since(view)]


def checked_loss(epoch: EpochDone) -> float:
    """Return the loss on images that were not trained on: of the validation where there is one, else of the test."""
    return epoch.test_loss if epoch.validation_loss is None else epoch.validation_loss


def checked_accuracy(epoch: EpochDone) -> float:
    return epoch.test_accuracy if epoch.validation_accuracy is None else epoch.validation_accuracy


def checked_on(epoch: EpochDone) -> str:
    return "test" if epoch.validation_loss is None else "validation"
