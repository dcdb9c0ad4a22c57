"""Rules about the learning rate: too high, too low, or due to be lowered."""

import math
import re

from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.messages import EpochDone
from tui.coach.trends import (
    checked_accuracy,
    checked_loss,
    checked_on,
    fit,
    recent_epochs,
    recent_losses,
    settled_since,
    stretches,
)
from tui.coach.usual_values import higher, lower, rate, times_usual
from tui.state.advice import Advice
from tui.state.run import RunView

CHANCE = math.log(10)  # the loss of who gives each digit a tenth: nothing is learned at this height
UNLEARNED = 0.9 * CHANCE
WORSE = 1.1 * CHANCE  # for a whole epoch: some answers are given with confidence, and wrong
DIVERGED = 1.5 * CHANCE  # worse than no answer at all
RISEN = 2.0  # times the lowest loss, for three stretches: the noise of runs that learn stays far below
RISEN_BY = 0.1 * CHANCE  # a loss near nothing doubles easily
STRETCHES = 20  # of the history, each a mean over so many steps that their noise is small
CERTAIN = 4.0  # standard errors of a slope
FIRST_STEPS = 100  # a network that can learn at its rate shows it by then
SETTLING_STEPS = 400  # until then a loss may well fall in a straight line, on its way down from the first plateau
FIRST_EPOCHS = 4
MOST_DEAD = 0.5  # of the units: what is left of the network cannot learn
STRAIGHT = 0.8  # of the mean slope is left in the second half; of a loss that settles, a half at most
NOTABLE = 0.05  # of the loss, in half of the history; slower than that is a plateau
PATIENCE = 5  # epochs
FLAT = 0.05  # of the training loss: what it may fall, by its slope and two standard errors, and still be flat
FALLING = 2.0  # standard errors of the slope of the test loss, which must not fall by them
HIGH = 3.0  # times the usual rate
LOW = 1 / 3
HALF = 0.5
USING_BETA2 = ("adam", "adamw", "muon", "rmsprop")
FORGETFUL = 0.9  # a memory of fewer than ten steps of the squared gradient: some steps are divided by next to nothing
WRECKING = 20.0  # times the usual rate: such steps leave weights that no lower rate repairs
VERY_HIGH = 5.0
STEADY = 0.9  # of the training loss is left after so many epochs: it hardly falls
VERY_LOW = 1 / 12
BARELY = 0.5 * CHANCE  # a training loss above it is of a network that has hardly begun
LITTLE = 0.25  # a training loss above it leaves much to learn
DONE = 0.97  # of other images right: there is little left to win
LEARNED = 0.999  # of the training images right: there is nothing left to fall


def not_a_number(view: RunView) -> Advice | None:
    if view.state != "failed" or not re.search(r"loss became -?(nan|inf)", view.reason):
        return None
    clause = view.reason.partition(";")[0]
    changes = lower(view)
    forgetful = view.config.optimizer in USING_BETA2 and view.config.beta2 < FORGETFUL
    if forgetful:
        changes["beta2"] = FIELDS["beta2"].default
    return Advice(
        rule="not a number",
        seen=f"{clause[:1].upper()}{clause[1:]}.",
        why="Nothing can be computed with such weights: steps this long threw them far outside the range in which they"
        " learn.",
        remedy=f"Train again with a learning rate of {changes['lr']:g}"
        + (
            f" and a beta 2 of {changes['beta2']:g}, the memory for the gradient sizes that steps are divided by."
            if forgetful
            else "."
        ),
        changes=changes,
    )


def rate_too_high(view: RunView) -> Advice | None:
    """The network knows nothing, and it is not merely on its way: at a low rate the test loss falls step by step.

    Where the loss has no more to say, what is usual decides between too high and too low. Or it has learned, at a rate
    far higher than usual, and learns no more.
    """
    return nothing_at_this_rate(view) or unsteady(view)


def nothing_at_this_rate(view: RunView) -> Advice | None:
    epochs = unlearned_epochs(view)
    if not epochs or times_usual(view.config) < LOW:
        return None
    wild = times_usual(view.config) > HIGH or max(epoch.train_loss for epoch in epochs) > WORSE
    lost = is_without_progress(epochs) or epochs[-1].train_loss > WORSE
    if not (epochs[-1].dead >= MOST_DEAD or (wild and lost)):
        return None
    dead = f", and {100 * epochs[-1].dead:.0f} % of the units are dead" if epochs[-1].dead >= MOST_DEAD else ""
    return Advice(
        rule="rate too high",
        seen=f"After {epochs[-1].step - view.changed:,} steps the test loss is {epochs[-1].test_loss:.3f}{dead};"
        f" guessing gives {CHANCE:.3f}.",
        why="Steps this long move the weights to where no unit responds to the images any more, and no gradient leads"
        " back.",
        remedy=f"Start again with a learning rate of {lower(view)['lr']:g}.",
        changes=lower(view),
        anew=True,
        final=True,
    )


def unsteady(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)
    if view.config.schedule != "constant" or times_usual(view.config) < VERY_HIGH or len(epochs) < FIRST_EPOCHS:
        return None
    first, last = epochs[-FIRST_EPOCHS], epochs[-1]
    lowest = min(map(checked_loss, epochs))
    if last.train_accuracy > LEARNED or last.train_loss < STEADY * first.train_loss or last.train_loss > UNLEARNED:
        return None
    if checked_loss(last) < (1 + FLAT) * lowest:
        return None
    return Advice(
        rule="rate too high",
        seen=f"From epoch {first.epoch} to {last.epoch} the training loss went from {first.train_loss:.3g} to"
        f" {last.train_loss:.3g}; the {checked_on(last)} loss is {checked_loss(last):.3g}, and was {lowest:.3g}. The"
        f" learning rate is {times_usual(view.config):,.0f} times higher than usual for {view.config.optimizer}.",
        why="Steps this long jump around the minimum and away from it.",
        remedy=f"Go on with a learning rate of {lower(view)['lr']:g}.",
        changes=lower(view),
        final=True,
    )


def diverging(view: RunView) -> Advice | None:
    means = stretches(recent_losses(view), STRETCHES)
    if len(means) < STRETCHES:
        return None
    lowest, last = min(loss for _, loss in means), min(loss for _, loss in means[-3:])
    if lowest > UNLEARNED:
        return None  # nothing is lost
    if last < min(DIVERGED, max(RISEN * lowest, lowest + RISEN_BY)):
        return None
    wrecked = times_usual(view.config) > WRECKING
    return Advice(
        rule="diverging",
        seen=f"The training loss is {last:.3g}; it was {lowest:.3g}, and guessing gives {CHANCE:.3g}.",
        why="Each step overshoots by more than it gains, so what was learned is being lost.",
        remedy=f"{'Start again' if wrecked else 'Go on'} with a learning rate of {lower(view)['lr']:g}.",
        changes=lower(view),
        anew=wrecked,
    )


def rate_too_low(view: RunView) -> Advice | None:
    """A rate far below the usual one is judged by the highest of its schedule. Else, where a schedule lowers the rate,
    a loss that falls to the end is as it should be: these are passed over."""
    if advice := crawling(view):
        return advice
    if view.config.schedule != "constant" or times_usual(view.config) >= HALF:
        return None
    return hardly_moving(view) or falling_straight(view)


def crawling(view: RunView) -> Advice | None:
    """The rate is far lower than usual, and the training loss far higher."""
    epochs = recent_epochs(view)
    if times_usual(view.config) > VERY_LOW or len(epochs) < 2 or view.step - settled_since(view) < FIRST_STEPS:
        return None
    first, last = epochs[0], epochs[-1]
    if last.dead >= MOST_DEAD or max(epoch.train_loss for epoch in epochs) > WORSE:
        return None
    height = min(last.train_loss, checked_loss(last))  # smoothed or mixed labels lift the first
    # A rate that was lowered on purpose, towards the end of a run, has another aim.
    little = height > LITTLE and checked_accuracy(last) < DONE and len(epochs) > 2 and not view.changed
    if height < BARELY and not little:
        return None
    return Advice(
        rule="rate too low",
        seen=f"In {last.step - view.changed:,} steps the training loss went from {first.train_loss:.4f} to"
        f" {last.train_loss:.4f}; guessing gives {CHANCE:.4f}. The learning rate, {view.config.lr:g}, is"
        f" {1 / times_usual(view.config):,.0f} times lower than usual for {view.config.optimizer}.",
        why="With steps this short, training takes many times longer than it needs to.",
        remedy=f"Raise the learning rate to {higher(view)['lr']:g}.",
        changes=higher(view),
    )


def hardly_moving(view: RunView) -> Advice | None:
    epochs = unlearned_epochs(view)
    if len(epochs) < FIRST_EPOCHS or is_without_progress(epochs) or epochs[-1].dead >= MOST_DEAD:
        return None
    return Advice(
        rule="rate too low",
        seen=f"In {epochs[-1].step - view.changed:,} steps the test loss fell from {epochs[0].test_loss:.4f} to"
        f" {epochs[-1].test_loss:.4f}; guessing gives {CHANCE:.4f}.",
        why="The steps go the right way, but this short they take many times longer than needed.",
        remedy=f"Raise the learning rate to {higher(view)['lr']:g}.",
        changes=higher(view),
    )


def falling_straight(view: RunView) -> Advice | None:
    means = stretches(recent_losses(view), STRETCHES)
    epochs = recent_epochs(view)
    if view.step - settled_since(view) < SETTLING_STEPS or len(epochs) < 2 or len(means) < STRETCHES:
        return None
    if epochs[-1].dead >= MOST_DEAD:
        return None
    whole, end = fit(means), fit(means[STRETCHES // 2 :])
    bent = end.slope > STRAIGHT * whole.slope
    if checked_loss(epochs[-1]) >= checked_loss(epochs[-FIRST_EPOCHS:][0]):
        return None  # what falls is only what is learned by heart
    if whole.slope >= 0 or bent or end.certainty > -CERTAIN or end.first - end.last < NOTABLE * end.last:
        return None
    since = (means[-1][0] - means[STRETCHES // 2][0]) / view.steps_per_epoch
    return Advice(
        rule="rate too low",
        seen=f"The training loss falls in a straight line: from {end.first:.3g} to {end.last:.3g} in the last"
        f" {since:.1f} epochs, {end.slope / whole.slope:.1f} times as fast as before.",
        why="A loss that is settling flattens out; this one has far to go, and longer steps would get there sooner.",
        remedy=f"Raise the learning rate to {rate(view, 3)['lr']:g}.",
        changes=rate(view, 3),
    )


def plateau(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)
    epochs = epochs[-max(PATIENCE, len(epochs) // 2) :]
    if len(epochs) < PATIENCE or view.config.schedule != "constant":
        return None
    if epochs[-1].train_accuracy > LEARNED or epochs[-1].train_loss > UNLEARNED:
        return None
    train = fit([(epoch.epoch, epoch.train_loss) for epoch in epochs])
    checked = fit([(epoch.epoch, checked_loss(epoch)) for epoch in epochs])
    steepest = (2 * train.error - train.slope) * (epochs[-1].epoch - epochs[0].epoch)
    if steepest > FLAT * train.last or checked.certainty < -FALLING:
        return None
    once: dict[str, Value] = (
        {"schedule": "one-cycle", "warmup": 0.0} if view.config.warmup else {"schedule": "one-cycle"}
    )
    changes = rate(view, 0.1) if view.live else once
    return Advice(
        rule="plateau",
        seen=f"For {len(epochs)} epochs the training loss has stayed at {train.last:.3g}, within"
        f" {100 * FLAT:.0f} %, and the {checked_on(epochs[-1])} loss at {checked.last:.3g}.",
        why="The steps are as long as the distance left: they jump around the minimum and get no closer.",
        remedy=f"Lower the learning rate to {changes['lr']:g}."
        if view.live
        else "Train again with the one-cycle schedule, which lowers the rate towards the end.",
        changes=changes,
    )


def unlearned_epochs(view: RunView) -> list[EpochDone]:
    """Return the recent epochs if the network knows nothing although it could by now, else none."""
    epochs = recent_epochs(view)
    if not epochs or view.step - settled_since(view) < FIRST_STEPS:
        return []
    return epochs if min(epochs[-1].train_loss, epochs[-1].test_loss) > UNLEARNED else []


def is_without_progress(epochs: list[EpochDone]) -> bool:
    """Tell whether the test loss does not surely fall; the same images each time, so it has hardly any noise."""
    points = [(float(epoch.epoch), epoch.test_loss) for epoch in epochs[-2 * FIRST_EPOCHS :]]
    return len(epochs) >= FIRST_EPOCHS and fit(points).certainty > -CERTAIN
