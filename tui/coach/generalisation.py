"""Rules about what is learned, from the test: over-fitting, and a digit that is got wrong far more than the others."""

import math
from collections.abc import Sequence

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import EpochDone
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.coach.evidence.progress import held_out_accuracy, held_out_loss, held_out_part, recent_epochs
from tui.coach.evidence.trends import CERTAIN, fit
from tui.state.advice import Advice
from tui.state.class_words import one_of
from tui.state.run import RunView
from tui.terminal.sanitize import sanitize

FEWEST_EPOCHS = 6
APART = 1.5  # the test loss over the training loss; dropout and augmentation make the latter the larger one
FOLLOWS = 1 / 3  # of the fall of the training loss that the test loss has to follow
GAP = 0.1  # between the shares of training and other images right
RISEN = 1.5  # times the lowest test loss, for two epochs
DISTORTED: dict[str, float] = {"rotation": 10.0, "shift": 2.0}  # as in the preset `best`
DROPPING = ("seed-cnn", "seed-cnn-bn", "fast-cnn", "deep-cnn", "mlp", "vgg-small")  # networks that take dropout
LEARNED = 0.8  # of the test images right: before that, some digits are merely later than others
UNEVEN = 3.0  # times the rate of mistakes of the other digits
WRONG = 0.1  # of its images; at less, which digit is the worst one changes from epoch to epoch
SURE = 3.0  # standard errors of a digit's rate of mistakes, in its favour
RARE = 1 / 5  # of the mean of the digits
ONE_OTHER = 0.8  # of the mistakes of a digit go to one other, where the labels do
LASTING = 2  # epochs in which it is the same digit, where they are known


def over_fitting(view: RunView) -> Advice | None:
    """The gap between test and training loss grows, and the test loss gains next to nothing.

    Label smoothing lifts the training loss over the test loss; where it is used, nothing is said.
    """
    epochs = recent_epochs(view)
    epochs = epochs[-max(FEWEST_EPOCHS, len(epochs) // 2) :]
    if len(epochs) < FEWEST_EPOCHS:
        return None
    train = fit([(epoch.epoch, epoch.train_loss) for epoch in epochs])
    test = fit([(epoch.epoch, held_out_loss(epoch)) for epoch in epochs])
    gap = fit([(epoch.epoch, held_out_loss(epoch) - epoch.train_loss) for epoch in epochs])
    alone = train.slope < 0 and test.slope >= FOLLOWS * train.slope
    if test.last < APART * train.last or gap.certainty < CERTAIN or not alone or not is_costly(epochs):
        return None
    first, last = epochs[0], epochs[-1]
    name, changes = against_over_fitting(view)
    return Advice(
        rule="over-fitting",
        seen=f"From epoch {first.epoch} to {last.epoch} the training loss fell from {first.train_loss:.3g} to"
        f" {last.train_loss:.3g}, the {held_out_part(last)} loss went from {held_out_loss(first):.3g} to"
        f" {held_out_loss(last):.3g}.",
        why="The network memorises its training images; what it learns there does not help with others.",
        remedy=name,
        changes=changes,
    )


def is_costly(epochs: Sequence[EpochDone]) -> bool:
    """Tell whether the gap is one in accuracy too, or the loss has surely left its lowest."""
    lowest = min(map(held_out_loss, epochs))
    risen = min(held_out_loss(epoch) for epoch in epochs[-2:]) > RISEN * lowest
    return risen or epochs[-1].train_accuracy - held_out_accuracy(epochs[-1]) > GAP


def against_over_fitting(view: RunView) -> tuple[str, dict[str, Value]]:
    """Return the remedy, in words and as changes; none where images are distorted that much already.

    More weight decay, or dropout, did not help such runs (tests/tui/coach).
    """
    changes: dict[str, Value] = {name: most for name, most in DISTORTED.items() if getattr(view.config, name) < most}
    if not changes:
        return "Add training images.", {}
    words = {"rotation": "turn it by up to 10 degrees", "shift": "move it by up to 2 pixels"}
    return f"Distort each image: {' and '.join(words[name] for name in changes)}.", changes


def is_augmented(config: RunConfig) -> bool:
    """Tell whether images are distorted; erasing and noise alone leave them where they are."""
    return bool(config.rotation or config.shift or config.scale or config.shear or config.elastic)


def uneven_mistakes(view: RunView) -> Advice | None:
    """One digit is got wrong far more than the others: it is rare in the training images, or wrongly labelled there."""
    epochs = recent_epochs(view)
    known = [epoch.confusion for epoch in epochs if epoch.confusion][-LASTING:]
    worst = worst_digit(view.confusion)
    if len(epochs) < LASTING or worst is None or (len(known) < LASTING and view.live):
        return None
    digit, wrong, total, others = worst
    if any((found := worst_digit(confusion)) is None or found[0] != digit for confusion in known):
        return None
    other, share = taken_for(digit, view.confusion)
    name, taken = one_of(view.classes, digit), one_of(view.classes, other)
    label = sanitize(class_name(view.classes, other), 40)
    rest, what = ("digits", "digit") if view.classes == DIGITS else ("classes", "class")
    seen = (
        f"Of {total} test images of {name}, {wrong} are wrong ({100 * wrong / total:.0f} %), most of them"
        f" taken for {taken}; of the other {rest} {100 * others:.1f} %."
    )
    if view.check is not None and not is_rare(view, digit) and share >= ONE_OTHER:
        return Advice(
            rule="uneven mistakes",
            seen=seen,
            why=f"The overall accuracy hides this. Training images of {name} are not rare, and nearly all the"
            f" mistakes give the same {what}: many of them are probably labelled {label}.",
            remedy=f"Look at the training images that are labelled {label}; no hyperparameter helps.",
            final=True,
        )
    drops = view.config.model in DROPPING and (view.config.dropout > 0 or view.config.dropout2d > 0)
    # More epochs do not help such a digit, and distorted images harm it: they drown the few that there are.
    changes: dict[str, Value] = {"dropout": 0.0, "dropout2d": 0.0} if drops else {}
    return Advice(
        rule="uneven mistakes",
        seen=seen,
        why=f"The overall accuracy hides this. With few training images of {name}, guessing another {what} costs the"
        " network little.",
        remedy=f"Switch off dropout, which hurts a rare {what} most; more images of it help even more."
        if drops
        else f"Add training images of {name}.",
        changes=changes,
        final=True,
    )


def is_rare(view: RunView, digit: int) -> bool:
    """Tell whether the check at load found few training images of a digit, but some."""
    classes = view.check.train.classes if view.check else []
    return digit < len(classes) and 0 < classes[digit] < RARE * sum(classes) / len(classes)


def taken_for(digit: int, confusion: Sequence[Sequence[int]]) -> tuple[int, float]:
    """Return the digit that another one is mostly taken for, and for which share of its mistakes."""
    row = confusion[digit]
    mistakes = sum(row) - row[digit]
    other = max((each for each in range(len(row)) if each != digit), key=lambda each: row[each])
    return other, row[other] / mistakes if mistakes else 0.0


def worst_digit(confusion: Sequence[Sequence[int]]) -> tuple[int, int, int, float] | None:
    """Return the digit that is surely got wrong far more than the others: it, its mistakes, its images, their rate."""
    images, right = sum(map(sum, confusion)), sum(row[digit] for digit, row in enumerate(confusion))
    if not images or right < LEARNED * images:
        return None
    found = []
    for digit, row in enumerate(confusion):
        total, wrong = sum(row), sum(row) - row[digit]
        if not 0 < total < images:
            continue
        others = (images - right - wrong) / (images - total)
        rate = wrong / total
        surely = rate - SURE * math.sqrt(rate * (1 - rate) / total)
        if surely > max(WRONG, UNEVEN * others):
            found.append((surely, (digit, wrong, total, others)))
    return max(found)[1] if found else None
