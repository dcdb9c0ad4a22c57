"""How the learning rate changes during a run: shares of the highest rate, as functions of the step. Pure; no torch."""

import math
from collections.abc import Callable

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Count, Loss, Share

WARM_UP = 0.3  # share of the steps in which one-cycle rises
FIRST = 1 / 25  # of the highest rate, at one-cycle's first step
LAST = FIRST / 1e4  # at its last
BETTER = 1e-4  # a loss is better when it is lower by this share, as in torch's ReduceLROnPlateau


def constant(config: RunConfig, step: float, steps: float, per_epoch: int) -> float:
    return 1.0


def in_steps(config: RunConfig, step: float, steps: float, per_epoch: int) -> float:
    """Times `decay` after every `decay_every` epochs, as torch.optim.lr_scheduler.StepLR does, but never below LAST."""
    share: float = config.decay ** (step // (per_epoch * config.decay_every))
    return max(share, LAST)


def cosine(config: RunConfig, step: float, steps: float, per_epoch: int) -> float:
    """Down along half a cosine, as torch.optim.lr_scheduler.CosineAnnealingLR does.

    Loshchilov and Hutter, SGDR, https://arxiv.org/abs/1608.03983, without its restarts.
    """
    return _half_cosine(1, 0, min(step, steps - 1) / steps) if steps > 1 else 1.0


def one_cycle(config: RunConfig, step: float, steps: float, per_epoch: int) -> float:
    """Up from 1/25 and down to 1/250,000 in two half cosines, as torch.optim.lr_scheduler.OneCycleLR does with
    `cycle_momentum=False`: momentum and betas stay as they are.

    After Smith and Topin, Super-Convergence, https://arxiv.org/abs/1708.07120, who go in straight lines and move the
    momentum the other way.
    """
    highest, last = WARM_UP * steps - 1, steps - 1
    if step < highest:
        return _half_cosine(FIRST, 1, step / highest)
    if step < last:
        return _half_cosine(1, LAST, (step - highest) / (last - highest))
    return LAST


def _half_cosine(begin: float, end: float, progress: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2


SCHEDULES: dict[str, Callable[[RunConfig, float, float, int], float]] = {
    "constant": constant,
    "step": in_steps,
    "cosine": cosine,
    "one-cycle": one_cycle,
    "plateau": constant,  # times what Plateau says
}
"""The share of the highest learning rate for a step, counted from 0, of so many, with so many in an epoch."""


def learning_rate(config: RunConfig, step: int, per_epoch: int) -> float:
    """Return the learning rate of a step, counted from 0, in a run with so many steps per epoch.

    It first rises in a straight line for `warmup` epochs; the schedule is for the steps that follow.
    """
    warm = round(config.warmup * per_epoch)
    if step < warm:
        return config.lr * (step + 1) / (warm + 1)
    steps = config.epochs * per_epoch - warm
    return config.lr * SCHEDULES[config.schedule](config, step - warm, steps, per_epoch)


def curve(config: RunConfig, per_epoch: int, points: int = 200) -> list[tuple[float, float]]:
    """Return the course of the learning rate as (epoch, rate); a plateau, which depends on the losses, is left out."""
    steps = max(1, config.epochs * per_epoch)
    chosen = sorted({round(i * (steps - 1) / max(1, points - 1)) for i in range(points)})
    return [(step / per_epoch, learning_rate(config, step, per_epoch)) for step in chosen]


class Plateau(msgspec.Struct, frozen=True):
    """What the schedule `plateau` has seen: the lowest loss, for how many epochs there was none lower, and the share
    of the learning rate that is left. As torch's ReduceLROnPlateau with a patience of `decay_every` - 1, but the share
    never falls below LAST."""

    share: Share = 1.0
    lowest: Loss | None = None
    waited: Count = 0

    def after(self, loss: float, config: RunConfig) -> "Plateau":
        """Return what it is after an epoch: times `decay` once `decay_every` epochs brought no lower loss."""
        if self.lowest is None or loss < self.lowest * (1 - BETTER):
            return Plateau(self.share, loss, 0)
        if self.waited + 1 < config.decay_every:
            return Plateau(self.share, self.lowest, self.waited + 1)
        return Plateau(max(self.share * config.decay, LAST), self.lowest, 0)
