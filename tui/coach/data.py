"""Rules about the data: what the check at load found, and what a run reveals. Hyperparameters do not help."""

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Finding
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.coach.evidence.progress import (
    FIRST_EPOCHS,
    MOST_DEAD,
    UNLEARNED,
    WORSE,
    chance,
    is_without_progress,
    recent_epochs,
    settled_since,
)
from tui.coach.evidence.usual_values import decay_is_strong, times_usual
from tui.coach.generalisation import ONE_OTHER, is_rare, taken_for
from tui.coach.rate_too_low import VERY_LOW
from tui.coach.regularisation import strongest_dropout
from tui.state.advice import Advice
from tui.state.class_words import one_of
from tui.state.run import RunView
from tui.terminal.sanitize import sanitize

BARREN = ("blank images", "repeated image")
"""Findings of images from which nothing can be learned, where they are half of a part."""
EXPLAINING = ("unlike parts", "mismatched labels", "missing class")
"""Findings that explain what other rules would see of a run that trains well otherwise."""
HALF = 0.5
LEARNED = 0.8  # of the training images right, or of the digits that are not concerned
FITTED = 0.7  # of the training images right, with dropout on
LASTING = 2  # epochs
MOST = 3  # findings that are told
WILD = 10.0  # times the usual rate
FAR_APART = 0.4  # between the shares of training and test images right
LOST = 0.6  # of the test images right at most; a network that learns few images by heart gets more
ENOUGH = 200  # training images: fewer may well teach nothing about others
STEPS = 300  # in which a network at a usual rate learns something, of what can be learned
USUAL = (0.2, 3.0)  # times the usual rate
SELDOM = 0.05  # of a digit's test images at most are as many as are taken for it, right or wrong, where it is missing


def data_at_fault(view: RunView) -> Advice | None:
    """What the check at load found explains how the run does. Told once there is an epoch, as any other advice."""
    if view.check is None or not view.epochs:
        return None
    sizes = {"train": view.check.train.images, "test": view.check.test.images}
    findings = [
        finding
        for finding in view.check.warnings
        if (finding.kind in BARREN and finding.count >= HALF * sizes.get(finding.part, 0))
        or (finding.kind in EXPLAINING and finding.part != "test" and not is_far_off(view.config))
    ]
    return advice_on_findings(findings, "data at fault", final=True)


def odd_data(view: RunView) -> Advice | None:
    """All that the check at load warns of; it may well matter less than what other rules see."""
    return advice_on_findings(view.check.warnings, "odd data") if view.check and view.epochs else None


def advice_on_findings(findings: list[Finding], rule: str, final: bool = False) -> Advice | None:
    if not findings:
        return None
    seen = "; ".join(sanitize(finding.message) for finding in findings[:MOST])
    more = f"; and {len(findings) - MOST} more, see `mnist-tui data status`" if len(findings) > MOST else ""
    return Advice(
        rule=rule,
        seen=f"{seen[:1].upper()}{seen[1:]}{more}".rstrip("?") + ".",
        why="The cause is in the data: no learning rate, schedule or network can make up for it.",
        remedy="Correct the images or their labels, and train again.",
        final=final,
    )


def is_far_off(config: RunConfig) -> bool:
    """Tell whether the hyperparameters are such that they come first, whatever the data is."""
    within = VERY_LOW < times_usual(config) < WILD
    return not within or decay_is_strong(config) or strongest_dropout(config) is not None


def test_unlike(view: RunView) -> Advice | None:
    """The training images are learned, and the test images are not: far more than over-fitting would explain."""
    epochs = recent_epochs(view)[-LASTING:]
    if len(epochs) < LASTING or view.train_images < ENOUGH or times_usual(view.config) > USUAL[1]:
        return None
    if any(
        epoch.train_accuracy < LEARNED
        or epoch.test_accuracy > min(LOST, epoch.train_accuracy - FAR_APART)
        or (epoch.validation_accuracy is not None and epoch.validation_accuracy < LOST)
        for epoch in epochs
    ):
        return None
    last = epochs[-1]
    return Advice(
        rule="test part unlike",
        seen=f"Of the training images {100 * last.train_accuracy:.0f} % are right, of the test images"
        f" {100 * last.test_accuracy:.0f} %; their losses are {last.train_loss:.3g} and {last.test_loss:.3g}.",
        why="Even a network that only memorised its training images would get most test images right. So the test"
        " images are unlike the training images (inverted, turned, another size), or their labels are in another"
        " order.",
        remedy="Compare the images and labels of both parts; no hyperparameter helps.",
        final=True,
    )


def nothing_learned(view: RunView) -> Advice | None:
    """Nothing that helps with other images is learned, at a rate at which networks learn: what there is to learn is not
    in these images, or not in their labels."""
    epochs = recent_epochs(view)
    low, high = USUAL
    config = view.config
    if len(epochs) < FIRST_EPOCHS or view.step - settled_since(view) < STEPS or is_far_off(config):
        return None
    last = epochs[-1]
    if (
        not low <= times_usual(config) <= high
        or last.test_loss < UNLEARNED * chance(view)
        or not is_without_progress(epochs)
    ):
        return None
    if (
        last.dead >= MOST_DEAD
        or last.train_accuracy > LEARNED
        or max(epoch.train_loss for epoch in epochs) > WORSE * chance(view)
    ):
        return None
    return Advice(
        rule="nothing learned",
        seen=f"After {last.step - view.changed:,} steps at a usual learning rate, {config.lr:g}, the test loss is"
        f" {last.test_loss:.3f}; guessing gives {chance(view):.3f}.",
        why="Either these images do not show what their labels say (labels in another order, images that are blank),"
        " or this network cannot learn at all, for instance because it has too many layers.",
        remedy="First look at some images with their labels, then try a network that is known to learn.",
        final=True,
    )


def missing_digits(view: RunView) -> Advice | None:
    """Some digits are hardly ever answered, right or wrong, while the others are learned."""
    epochs = recent_epochs(view)
    known = [epoch.confusion for epoch in epochs if epoch.confusion][-LASTING:]
    if len(known) < LASTING or is_far_off(view.config) or epochs[-1].train_accuracy < FITTED:
        return None  # digits that come late are no missing ones
    absent = [
        digit
        for digit in range(len(known[0]))
        if all(is_absent(digit, confusion) for confusion in known) and not is_rare(view, digit)
    ]
    confusion = known[-1]
    others = [digit for digit in range(len(confusion)) if digit not in absent]
    right, total = sum(confusion[digit][digit] for digit in others), sum(sum(confusion[digit]) for digit in others)
    if not absent or not total or right < LEARNED * total:
        return None
    digits = view.classes == DIGITS
    known_as = [sanitize(class_name(view.classes, label), 40) for label in range(len(confusion))]
    names = ", ".join(known_as[digit] for digit in absent)
    taken = [(digit, *taken_for(digit, confusion)) for digit in absent]
    clear = [
        f"{100 * share:.0f} % of the {known_as[digit]}{'s' if digits else ''} for {one_of(view.classes, other)}"
        for digit, other, share in taken
        if share >= ONE_OTHER
    ]
    return Advice(
        rule="missing digits",
        seen=f"The network hardly ever answers {names}, although the test has {sum(sum(confusion[d]) for d in absent)}"
        f" such images{', and takes ' + ', '.join(clear) if clear else ''}; of the other"
        f" {'digits' if digits else 'classes'}"
        f" {100 * right / total:.0f} % are right.",
        why="A network never answers what it was never taught: the training part has hardly any such images, or labels"
        " them differently.",
        remedy=f"Look at the training images and labels of {names}; no hyperparameter helps.",
        final=True,
    )


def is_absent(digit: int, confusion: list[list[int]]) -> bool:
    images, answers = sum(confusion[digit]), sum(row[digit] for row in confusion)
    return images > 0 and answers <= SELDOM * images
