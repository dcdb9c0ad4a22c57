"""Usual values: the learning rate of an optimizer, and how strong a decay is. They tell too high from too low where a
loss alone cannot, as nothing is learned at either."""

import math

from engine.vocabulary.config import FIELDS, RunConfig, Value
from tui.state.run import RunView

ADAPTIVE = 1e-3  # of adam and its kin, whose steps are as long as the rate whatever the gradient; muon's are as adamw's
PLAIN = 0.5  # of sgd without momentum; with it steps are 1 / (1 - momentum) times as long
LEAST_PLAIN = 0.05  # what is left of 1 - momentum: nobody lowers the rate as far as 0.9999 would ask for
IN_GRADIENT = {"adam": 0.01, "rmsprop": 0.01, "sgd": 0.02, "nesterov": 0.02}  # where decay is a part of the gradient
FAR = 100.0  # times the usual rate, or a hundredth of it: there, ten times more or less is not enough
FAR_PLAIN = 20.0  # for sgd, which a rate that is ten times too high still wrecks
PER_STEP = 2e-3  # of the weights, where it is not: adamw and muon


def usual_rate(config: RunConfig) -> float:
    """Return a learning rate that most networks learn at with this optimizer; within ten times, most still do."""
    if config.optimizer in ("sgd", "nesterov"):
        return float(f"{PLAIN * max(LEAST_PLAIN, 1 - config.momentum):.2g}")
    return ADAPTIVE


def times_usual(config: RunConfig) -> float:
    """Return the learning rate of a run, the highest of its schedule, in usual ones."""
    return config.lr / usual_rate(config)


def decay_is_strong(config: RunConfig) -> bool:
    """Tell whether the weight decay is of a strength at which networks stop to learn."""
    if config.optimizer in IN_GRADIENT:
        return config.weight_decay >= IN_GRADIENT[config.optimizer]
    return config.lr * config.weight_decay >= PER_STEP


def lower(view: RunView) -> dict[str, Value]:
    """Return the change to a tenth of the rate; to the usual one, where that is still far from it."""
    far = FAR_PLAIN if view.config.optimizer in ("sgd", "nesterov") else FAR
    return rate(view, 0.1) if times_usual(view.config) <= far else {"lr": usual_rate(view.config)}


def higher(view: RunView) -> dict[str, Value]:
    """Return the change to ten times the rate; to the usual one, where that is still far from it."""
    return rate(view, 10) if times_usual(view.config) >= 0.99 / FAR else {"lr": usual_rate(view.config)}


def rate(view: RunView, factor: float) -> dict[str, Value]:
    """Return the change to a multiple of the learning rate, two digits of it."""
    return {"lr": min(float(f"{view.config.lr * factor:.2g}"), FIELDS["lr"].high or math.inf)}
