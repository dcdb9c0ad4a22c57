"""Rules about a learning rate that is too high: nothing is learned, what was learned is lost, or no more is learned."""

import re

from engine.vocabulary.config import FIELDS, Value
from tui.coach.evidence.progress import (
    FIRST_EPOCHS,
    MOST_DEAD,
    UNLEARNED,
    WORSE,
    chance,
    held_out_loss,
    held_out_part,
    is_without_progress,
    recent_epochs,
    recent_losses,
    unlearned_epochs,
)
from tui.coach.evidence.trends import BINS, bin_means, fit
from tui.coach.evidence.usual_values import lower, rate, times_usual
from tui.state.advice import Advice
from tui.state.run import RunView

DIVERGED = 1.5  # times chance: worse than no answer at all
RISEN = 2.0  # times the lowest loss, for three bins: the noise of runs that learn stays far below
RISEN_BY = 0.1  # times chance: a loss near nothing doubles easily
PATIENCE = 5  # epochs
FLAT = 0.05  # of the training loss: what it may fall, by its slope and two standard errors, and still be flat
FALLING = 2.0  # standard errors of the slope of the test loss, which must not fall by them
HIGH = 3.0  # times the usual rate
LOW = 1 / 3
USING_BETA2 = ("adam", "adamw", "muon", "rmsprop")
FORGETFUL = 0.9  # a memory of fewer than ten steps of the squared gradient: some steps are divided by next to nothing
WRECKING = 20.0  # times the usual rate: such steps leave weights that no lower rate repairs
VERY_HIGH = 5.0
STEADY = 0.9  # of the training loss is left after so many epochs: it hardly falls
LEARNED = 0.999  # of the training images right: there is nothing left to fall
EPOCHS = 2  # in which units have to be dead: in the first some only wait for their turn


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
    wild = times_usual(view.config) > HIGH or max(epoch.train_loss for epoch in epochs) > WORSE * chance(view)
    lost = is_without_progress(epochs) or epochs[-1].train_loss > WORSE * chance(view)
    if not (epochs[-1].dead >= MOST_DEAD or (wild and lost)):
        return None
    dead = f", and {100 * epochs[-1].dead:.0f} % of the units are dead" if epochs[-1].dead >= MOST_DEAD else ""
    return Advice(
        rule="rate too high",
        seen=f"After {epochs[-1].step - view.changed:,} steps the test loss is {epochs[-1].test_loss:.3f}{dead};"
        f" guessing gives {chance(view):.3f}.",
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
    lowest = min(map(held_out_loss, epochs))
    if (
        last.train_accuracy > LEARNED
        or last.train_loss < STEADY * first.train_loss
        or last.train_loss > UNLEARNED * chance(view)
    ):
        return None
    if held_out_loss(last) < (1 + FLAT) * lowest:
        return None
    return Advice(
        rule="rate too high",
        seen=f"From epoch {first.epoch} to {last.epoch} the training loss went from {first.train_loss:.3g} to"
        f" {last.train_loss:.3g}; the {held_out_part(last)} loss is {held_out_loss(last):.3g}, and was {lowest:.3g}."
        f" The learning rate is {times_usual(view.config):,.0f} times higher than usual for {view.config.optimizer}.",
        why="Steps this long jump around the minimum and away from it.",
        remedy=f"Go on with a learning rate of {lower(view)['lr']:g}.",
        changes=lower(view),
        final=True,
    )


def diverging(view: RunView) -> Advice | None:
    means = bin_means(recent_losses(view), BINS)
    if len(means) < BINS:
        return None
    lowest, last = min(loss for _, loss in means), min(loss for _, loss in means[-3:])
    if lowest > UNLEARNED * chance(view):
        return None  # nothing is lost
    if last < min(DIVERGED * chance(view), max(RISEN * lowest, lowest + RISEN_BY * chance(view))):
        return None
    wrecked = times_usual(view.config) > WRECKING
    return Advice(
        rule="diverging",
        seen=f"The training loss is {last:.3g}; it was {lowest:.3g}, and guessing gives {chance(view):.3g}.",
        why="Each step overshoots by more than it gains, so what was learned is being lost.",
        remedy=f"{'Start again' if wrecked else 'Go on'} with a learning rate of {lower(view)['lr']:g}.",
        changes=lower(view),
        anew=wrecked,
    )


def dead_units(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)[-EPOCHS:]
    if len(epochs) < EPOCHS or min(epoch.dead for epoch in epochs) < MOST_DEAD or times_usual(view.config) < LOW:
        return None
    changes = lower(view)
    return Advice(
        rule="dead units",
        seen=f"Behind the ReLUs {100 * epochs[-1].dead:.0f} % of the units and feature maps have been zero for each"
        f" test image looked at, for {EPOCHS} epochs.",
        why="A unit that never fires gets no gradient and seldom recovers: the network is smaller than it looks.",
        remedy=f"Start again with a learning rate of {changes['lr']:g}; long steps kill units.",
        changes=changes,
        anew=True,
    )


def plateau(view: RunView) -> Advice | None:
    epochs = recent_epochs(view)
    epochs = epochs[-max(PATIENCE, len(epochs) // 2) :]
    if len(epochs) < PATIENCE or view.config.schedule != "constant":
        return None
    if epochs[-1].train_accuracy > LEARNED or epochs[-1].train_loss > UNLEARNED * chance(view):
        return None
    train = fit([(epoch.epoch, epoch.train_loss) for epoch in epochs])
    checked = fit([(epoch.epoch, held_out_loss(epoch)) for epoch in epochs])
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
        f" {100 * FLAT:.0f} %, and the {held_out_part(epochs[-1])} loss at {checked.last:.3g}.",
        why="The steps are as long as the distance left: they jump around the minimum and get no closer.",
        remedy=f"Lower the learning rate to {changes['lr']:g}."
        if view.live
        else "Train again with the one-cycle schedule, which lowers the rate towards the end.",
        changes=changes,
    )
