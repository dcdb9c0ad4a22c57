"""What a run has learned of late: its recent losses and epochs, and whether they are better than guessing."""

import math

from engine.vocabulary.messages import EpochDone
from tui.coach.evidence.trends import CERTAIN, fit
from tui.state.run import Point, RunView

UNLEARNED = 0.9  # times chance
WORSE = 1.1  # times chance, for a whole epoch: some answers are given with confidence, and wrong
FIRST_STEPS = 100  # a network that can learn at its rate shows it by then
FIRST_EPOCHS = 4
MOST_DEAD = 0.5  # of the units; with a third of them dead, networks were seen to learn as well as with none


def chance(view: RunView) -> float:
    """Return the loss of who finds all classes equally likely: nothing is learned at this height."""
    return math.log(len(view.classes))


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


def held_out_loss(epoch: EpochDone) -> float:
    """Return the loss on images that were not trained on: of the validation where there is one, else of the test."""
    return epoch.test_loss if epoch.validation_loss is None else epoch.validation_loss


def held_out_accuracy(epoch: EpochDone) -> float:
    return epoch.test_accuracy if epoch.validation_accuracy is None else epoch.validation_accuracy


def held_out_part(epoch: EpochDone) -> str:
    return "test" if epoch.validation_loss is None else "validation"


def unlearned_epochs(view: RunView) -> list[EpochDone]:
    """Return the recent epochs if the network knows nothing although it could by now, else none."""
    epochs = recent_epochs(view)
    if not epochs or view.step - settled_since(view) < FIRST_STEPS:
        return []
    return epochs if is_unlearned(view, epochs[-1]) else []


def is_unlearned(view: RunView, epoch: EpochDone) -> bool:
    return min(epoch.train_loss, epoch.test_loss) > UNLEARNED * chance(view)


def is_without_progress(epochs: list[EpochDone]) -> bool:
    """Tell whether the test loss does not surely fall; the same images each time, so it has hardly any noise."""
    points = [(float(epoch.epoch), epoch.test_loss) for epoch in epochs[-2 * FIRST_EPOCHS :]]
    return len(epochs) >= FIRST_EPOCHS and fit(points).certainty > -CERTAIN
