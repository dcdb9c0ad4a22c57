"""Rules about regularisation that leaves nothing to learn with: too strong a weight decay, too much dropout."""

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import EpochDone
from tui.coach.evidence.progress import FIRST_STEPS, chance, is_unlearned, recent_epochs, settled_since
from tui.coach.evidence.usual_values import IN_GRADIENT, decay_is_strong
from tui.coach.generalisation import DROPPING
from tui.state.advice import Advice
from tui.state.run import RunView

EPOCHS = 2
STRONG_DROPOUT = 0.8
MODERATE: dict[str, float] = {"dropout": 0.5, "dropout2d": 0.5}
HARDLY = 0.35  # times chance: a training loss above it is high for a network that has learned for two epochs
SETTLED = 0.85  # of the loss of the epoch before is left: where it is still falling faster, the decay lets it
WITHIN = 0.05  # between the shares of training and test images right
APART = 0.1


def decay_too_strong(view: RunView) -> Advice | None:
    epochs = trained(view)
    if not epochs or not decay_is_strong(view.config):
        return None
    before, last = epochs[-2:]
    if last.train_loss < max(HARDLY * chance(view), SETTLED * before.train_loss):
        return None
    decay = 1e-4 if view.config.optimizer in IN_GRADIENT else 0.01
    lost = is_unlearned(view, last)
    return Advice(
        rule="decay too strong",
        seen=f"With a weight decay of {view.config.weight_decay:g} the training loss stays at {last.train_loss:.3f},"
        f" after {before.train_loss:.3f} in the previous epoch; guessing gives {chance(view):.3f}.",
        why="Each step shrinks the weights by more than the gradient can add.",
        remedy=f"{'Start again' if lost else 'Go on'} with a weight decay of {decay:g}.",
        changes={"weight_decay": decay},
        anew=lost,
        final=True,
    )


def dropout_too_strong(view: RunView) -> Advice | None:
    epochs = trained(view)
    field = strongest_dropout(view.config)
    if not epochs or field is None:
        return None
    last = epochs[-1]
    if last.train_loss < HARDLY * chance(view) or (
        last.train_accuracy > last.test_accuracy - APART and not is_unlearned(view, last)
    ):
        return None
    changes: dict[str, Value] = {
        name: rate for name, rate in MODERATE.items() if getattr(view.config, name) >= STRONG_DROPOUT
    }
    return Advice(
        rule="dropout too strong",
        seen=f"With {100 * getattr(view.config, field):.0f} % dropped the network gets"
        f" {100 * last.train_accuracy:.0f} % of the training images right, at a loss of {last.train_loss:.3f};"
        f" without it, in the test, {100 * last.test_accuracy:.0f} %.",
        why="What remains of the network in each step is too small to learn.",
        remedy="Lower it: " + " and ".join(f"{name} {rate:g}" for name, rate in changes.items()) + ".",
        changes=changes,
        final=True,
    )


def trained(view: RunView) -> list[EpochDone]:
    """Return the recent epochs, where they are enough to judge by."""
    epochs = recent_epochs(view)
    return epochs if len(epochs) >= EPOCHS and view.step - settled_since(view) >= FIRST_STEPS else []


def strongest_dropout(config: RunConfig) -> str | None:
    """Return the field of the dropout that is strong, if there is one in this network."""
    fields = [name for name in dropout_fields(config) if getattr(config, name) >= STRONG_DROPOUT]
    return fields[0] if fields else None


def dropout_fields(config: RunConfig) -> tuple[str, ...]:
    """Return the fields of dropout that a network of the catalogue takes."""
    if config.model not in DROPPING:
        return ()
    return ("dropout",) if config.model == "mlp" else ("dropout", "dropout2d")
