"""Rules about a learning rate that is too low: the loss falls far more slowly than it could."""

from tui.coach.evidence.progress import (
    FIRST_EPOCHS,
    FIRST_STEPS,
    MOST_DEAD,
    WORSE,
    chance,
    held_out_accuracy,
    held_out_loss,
    is_without_progress,
    recent_epochs,
    recent_losses,
    settled_since,
    unlearned_epochs,
)
from tui.coach.evidence.trends import BINS, CERTAIN, bin_means, fit
from tui.coach.evidence.usual_values import higher, rate, times_usual
from tui.state.advice import Advice
from tui.state.run import RunView

SETTLING_STEPS = 400  # until then a loss may well fall in a straight line, on its way down from the first plateau
STRAIGHT = 0.8  # of the mean slope is left in the second half; of a loss that settles, a half at most
NOTABLE = 0.05  # of the loss, in half of the history; slower than that is a plateau
HALF = 0.5
VERY_LOW = 1 / 12
BARELY = 0.5  # times chance: a training loss above it is of a network that has hardly begun
LITTLE = 0.25  # a training loss above it leaves much to learn
DONE = 0.97  # of other images right: there is little left to win


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
    if last.dead >= MOST_DEAD or max(epoch.train_loss for epoch in epochs) > WORSE * chance(view):
        return None
    height = min(last.train_loss, held_out_loss(last))  # smoothed or mixed labels lift the first
    # A rate that was lowered on purpose, towards the end of a run, has another aim.
    little = height > LITTLE and held_out_accuracy(last) < DONE and len(epochs) > 2 and not view.changed
    if height < BARELY * chance(view) and not little:
        return None
    return Advice(
        rule="rate too low",
        seen=f"In {last.step - view.changed:,} steps the training loss went from {first.train_loss:.4f} to"
        f" {last.train_loss:.4f}; guessing gives {chance(view):.4f}. The learning rate, {view.config.lr:g}, is"
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
        f" {epochs[-1].test_loss:.4f}; guessing gives {chance(view):.4f}.",
        why="The steps go the right way, but this short they take many times longer than needed.",
        remedy=f"Raise the learning rate to {higher(view)['lr']:g}.",
        changes=higher(view),
    )


def falling_straight(view: RunView) -> Advice | None:
    means = bin_means(recent_losses(view), BINS)
    epochs = recent_epochs(view)
    if view.step - settled_since(view) < SETTLING_STEPS or len(epochs) < 2 or len(means) < BINS:
        return None
    if epochs[-1].dead >= MOST_DEAD:
        return None
    whole, end = fit(means), fit(means[BINS // 2 :])
    bent = end.slope > STRAIGHT * whole.slope
    if held_out_loss(epochs[-1]) >= held_out_loss(epochs[-FIRST_EPOCHS:][0]):
        return None  # what falls is only what is learned by heart
    if whole.slope >= 0 or bent or end.certainty > -CERTAIN or end.first - end.last < NOTABLE * end.last:
        return None
    since = (means[-1][0] - means[BINS // 2][0]) / view.steps_per_epoch
    return Advice(
        rule="rate too low",
        seen=f"The training loss falls in a straight line: from {end.first:.3g} to {end.last:.3g} in the last"
        f" {since:.1f} epochs, {end.slope / whole.slope:.1f} times as fast as before.",
        why="A loss that is settling flattens out; this one has far to go, and longer steps would get there sooner.",
        remedy=f"Raise the learning rate to {rate(view, 3)['lr']:g}.",
        changes=rate(view, 3),
    )
