"""The rule about labels that are wrong. It reads two things: how much of the training set stays wrong although the
network can do better, and how unsure the network is of what it gets right.

The test loss of a network that is as sure as it should be is 3 to 4 times the share of images that it gets wrong: so it
is in healthy runs of every kind, once they have learned. Labels that are wrong by chance teach it to be less sure: 5 to
7 times. (Guo et al., On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599, measures the same.)
"""

from engine.vocabulary.architectures import is_own
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import EpochDone
from tui.coach.evidence.progress import recent_epochs, settled_since
from tui.coach.evidence.usual_values import decay_is_strong, times_usual
from tui.coach.generalisation import DISTORTED, is_augmented
from tui.coach.regularisation import dropout_fields
from tui.state.advice import Advice
from tui.state.run import RunView

EPOCHS = 3
UNSURE = 4.15  # times the share of test images that is wrong: the test loss
LEARNED = 0.6  # of the test images right, before which the loss says nothing of the labels
UNFIT = 0.03  # by which the training images lie below the test images, of which all labels are right
UNFIT_BY_RULE = 0.08  # the same, where nothing else is asked for
MISTAKEN = 0.9  # of images right at most, where 10 % of labels and more are wrong
DROPPED = 0.05  # where units are dropped, that lowers them by itself
FALL = 0.25  # of the training loss, in EPOCHS: one that falls faster has not come to the wrong labels yet
FALL_DROPPED = 0.15
COSTLY = 0.25  # training loss: of 5 % of wrong labels
EVEN = 0.4  # of the mistakes of a digit go to the most frequent other one, in the mean; wrong labels go to all nine
STEPS = 200  # before, a network is unsure as it has hardly begun
MOST_DROPPED = 0.65  # at more, it is unsure too
FAST = 10.0  # times the usual rate
SLOW = 0.3  # times the usual rate: slower, a network is unsure as it has hardly begun


def label_noise(view: RunView) -> Advice | None:
    """Labels that are wrong, in the training images or in both parts."""
    epochs = recent_epochs(view)[-EPOCHS:]
    config = view.config
    if len(epochs) < EPOCHS or view.step - settled_since(view) < STEPS or is_unsure_on_purpose(config):
        return None
    if decay_is_strong(config) or not SLOW <= times_usual(config) <= FAST:
        return None
    if any(epoch.train_loss < COSTLY or epoch.test_accuracy < LEARNED for epoch in epochs):
        return None
    dropping = dropped(config) > 0 or is_own(config.model)
    distorting = is_augmented(config) or config.noise > 0 or config.erasing > 0
    unfit = (
        by_chance(epochs, dropping) or in_both_parts(epochs) or (not dropping and not distorting and by_rule(epochs))
    )
    return advice_on_labels(epochs[-1], {} if is_augmented(config) else dict(DISTORTED)) if unfit else None


def by_chance(epochs: list[EpochDone], dropping: bool) -> bool:
    """Training labels are wrong by chance: the test is better than the training, and less sure than it should be."""
    return all(
        unsure(epoch) > UNSURE
        and epoch.test_accuracy - epoch.train_accuracy > (DROPPED if dropping else UNFIT)
        and epoch.test_loss < epoch.train_loss
        for epoch in epochs
    ) and -FALL <= fallen(epochs) < (FALL_DROPPED if dropping else FALL)


def in_both_parts(epochs: list[EpochDone]) -> bool:
    """Test labels are wrong as well: mistakes go to all digits alike."""
    settled = all(unsure(epoch) > UNSURE for epoch in epochs) and -FALL <= fallen(epochs) < FALL_DROPPED
    return settled and evenness(epochs[-1]) < EVEN and epochs[-1].test_accuracy < MISTAKEN


def by_rule(epochs: list[EpochDone]) -> bool:
    """Training labels are wrong, not by chance: so the network is sure, but cannot learn them beside the right ones."""
    unlearned = (epoch.test_accuracy - epoch.train_accuracy > UNFIT_BY_RULE for epoch in epochs)
    return all(unlearned) and epochs[-1].train_accuracy < MISTAKEN and -FALL <= fallen(epochs) < FALL


def fallen(epochs: list[EpochDone]) -> float:
    """Return the share that the training loss has lost."""
    return 1 - epochs[-1].train_loss / epochs[0].train_loss


def advice_on_labels(last: EpochDone, changes: dict[str, Value]) -> Advice:
    return Advice(
        rule="label noise",
        seen=f"The training loss stays at {last.train_loss:.3g}, with {100 * last.train_accuracy:.0f} % right; the"
        f" test, with {100 * last.test_accuracy:.0f} % right, has a loss of {last.test_loss:.3g}, {unsure(last):.1f}"
        " times its share of wrong answers. With correct labels, training does as well as the test, and this factor is"
        " 3 to 4.",
        why="Many labels seem to be wrong. A network first learns what is right, then memorises each wrong label and"
        " gets worse: sooner with a higher rate or more epochs.",
        remedy="Correct the labels."
        + (" Until then, turning and moving the images keeps the network from memorising them." * bool(changes)),
        changes=changes,
        final=True,
    )


def is_unsure_on_purpose(config: RunConfig) -> bool:
    """Tell whether labels are spread, or images so distorted that even a good network is less sure of clean ones."""
    heavy = config.rotation > 30 or config.shear > 30 or config.noise > 0.2 or config.erasing > 0.25
    spread = config.label_smoothing or config.mixup or config.cutmix
    return bool(spread or heavy or dropped(config) > MOST_DROPPED)


def dropped(config: RunConfig) -> float:
    """Return the highest share of units or maps that the network drops."""
    return max((getattr(config, name) for name in dropout_fields(config)), default=0.0)


def unsure(epoch: EpochDone) -> float:
    """Return how many times the share of wrong answers the test loss is."""
    return epoch.test_loss / max(1e-3, 1 - epoch.test_accuracy)


def evenness(epoch: EpochDone) -> float:
    """Return the share of a digit's mistakes that go to one other digit, in the mean of digits that have some."""
    shares = []
    for digit, row in enumerate(epoch.confusion):
        mistakes = sum(row) - row[digit]
        if mistakes >= 5:
            shares.append(max(count for other, count in enumerate(row) if other != digit) / mistakes)
    return sum(shares) / len(shares) if shares else 1.0
