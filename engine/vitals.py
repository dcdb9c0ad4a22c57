"""Signs of a run's health that its losses do not show: dead units, and how long a step waits for its images.

Measured once an epoch, beside the test. They change nothing of a network, draw nothing from its generators, and cost
about as much as a tenth of the test.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from engine.evaluate import inference
from engine.models import as_input
from engine.run import Run
from engine.step import inputs

IMAGES = 1000  # that a unit has to fire at one of
REPEATS = 5  # of which the one in the middle counts
RELUS = {F.relu, F.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}  # nn.ReLU calls the first


@dataclass(frozen=True)
class Vitals:
    """`dead` is a share of units and feature maps, `input_share` one of a training step's time; 0 where not known."""

    dead: float = 0.0
    input_share: float = 0.0


def measure(run: Run) -> Vitals:
    """Return the signs of a run that has just trained an epoch."""
    return Vitals(
        dead=round(dead_share(run.model, run.data.test_images[:IMAGES]), 4), input_share=round(input_share(run), 4)
    )


def dead_share(model: nn.Module, images: Tensor) -> float:
    """Return which share of the units and feature maps behind a ReLU is zero for every one of the images [N, 28, 28].

    A unit like that passes on no gradient and learns no more (Lu et al., Dying ReLU and Initialization,
    https://arxiv.org/abs/1903.06733). 0 for a network without a ReLU.
    """
    with inference(model), ReluWatch() as watch:
        model(as_input(images))
    if not watch.fired:
        return 0.0
    fired = torch.cat(watch.fired)
    return 1 - fired.sum().item() / len(fired)


class ReluWatch(TorchFunctionMode):
    """Sees every ReLU that is computed inside, in whatever network, and notes which units fire in it at all."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[Tensor] = []  # one [units] of bools for each ReLU

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in RELUS and result.dim() > 1:
            units = 1 if result.dim() == 4 else result.dim() - 1  # of maps [N, C, H, W] the maps, else what comes last
            others = [i for i in range(result.dim()) if i != units]
            self.fired.append(result.amax(others) > 0)
        return result


def input_share(run: Run) -> float:
    """Return which share of a training step's time goes into its images: the gather, and their augmentation.

    Measured on batches of chance after an epoch, against the mean step of that epoch. On CPUs alone: elsewhere the
    device is still at one step while the next is asked for, and on CUDA both are one graph.
    """
    if run.device.type != "cpu" or not run.batch or not run.seconds:
        return 0.0
    size = max(1, min(run.config.batch_size, run.images) // run.group.size)
    times = []
    with torch.random.fork_rng(devices=[]):  # what a run draws next is what it would have drawn
        for _ in range(REPEATS):
            batch = torch.randint(len(run.data.train_labels), (size,))
            began = time.perf_counter()
            inputs(run, batch)
            times.append(time.perf_counter() - began)
    return min(1.0, statistics.median(times) * run.batch / run.seconds)
