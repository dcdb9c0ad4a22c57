"""The learning-rate finder: train for some steps with increasing rates, and see where the loss falls fastest.

After the range test of Smith, Cyclical Learning Rates, https://arxiv.org/abs/1506.01186, but with rates that rise in
equal ratios, as in fastai. All of it happens on a copy, with random numbers of its own.
"""

import copy
import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.data.find import Dataset
from engine.machine.device import choose_device
from engine.networks.own.code import named_code
from engine.techniques.lr_suggestion import exploded, smooth, suggest
from engine.techniques.optimizers import set_learning_rate
from engine.training.loop import order_of
from engine.training.run import Run
from engine.training.state import rng_state, set_rng_state
from engine.training.step import train_step
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RatesTried

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 200
AT_ONCE = 5  # steps between two reports


def find_rates(config: RunConfig, data: Dataset, run: Run | None = None) -> Generator[RatesTried, None, None]:
    """Train a copy of `run`, or a new network, with rates from LOWEST to HIGHEST until the loss explodes.

    Whenever this yields, `run` and the generators of torch are as they were. Raises CheckpointError, and what a step
    raises.
    """
    own_generators = OwnGenerators(choose_device(config.device))
    with own_generators():
        state = copy.deepcopy(run.state()) if run is not None else None
        code = named_code(config.model) if run is None else run.code
        trial = Run(config.replace({"schedule": "constant", "warmup": 0}), data, state=state, code=code)
        trial.network.train()
        batches = endless(trial)
    rates: list[float] = []
    losses: list[float] = []
    done = False
    while not done:
        new: list[Tensor] = []
        with own_generators():
            for _ in range(AT_ONCE):
                rates.append(LOWEST * (HIGHEST / LOWEST) ** (len(rates) / (STEPS - 1)))
                set_learning_rate(trial.optimizer, rates[-1])
                new.append(train_step(trial, next(batches)))
            losses += torch.stack(new).tolist()
        numbers = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
        done = len(rates) >= STEPS or numbers < len(losses) or exploded(losses[:numbers])
        yield told(rates[:numbers], losses[:numbers], done)


def told(rates: list[float], losses: list[float], done: bool) -> RatesTried:
    steepest, decade_below = suggest(rates, losses) if done else (0.0, 0.0)
    return RatesTried(
        rates=rates,
        losses=[round(loss, 6) for loss in losses],
        smoothed=[round(loss, 6) for loss in smooth(losses)],
        done=done,
        steepest=steepest,
        decade_below=decade_below,
    )


def endless(run: Run) -> Iterator[Tensor]:
    """Return the batches of a run from its present epoch on, all of one size."""
    epoch = run.epoch
    size = min(run.config.batch_size, run.images)
    while True:
        order = order_of(run.images, run.config.seed, epoch).to(run.device)
        order = order if run.kept is None else run.kept[order]
        yield from (batch for batch in torch.split(order, size) if len(batch) == size)
        epoch += 1


class OwnGenerators:
    """Generators of torch with states of their own; those outside are put back as they were."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._states: dict[str, Tensor] = {}

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with torch.random.fork_rng([self._device] if self._device.type == "cuda" else []):
            if self._states:
                set_rng_state(self._states, self._device)
            yield
            self._states = rng_state(self._device)
