"""Weights and activations in numbers."""

import torch
from torch import Tensor, nn

from engine.vocabulary.messages import BINS, Histogram


def histogram(values: Tensor) -> Histogram | None:
    """Return the histogram of values of any shape, None where there are none."""
    flat = values.detach().float().flatten().cpu()
    if not flat.numel():
        return None
    finite = flat[flat.isfinite()]
    lost = len(flat) - len(finite)
    if not len(finite):
        return Histogram(counts=[0] * BINS, low=0.0, high=0.0, mean=0.0, deviation=0.0, zero=0.0, lost=lost)
    low, high = float(finite.min()), float(finite.max())
    wide = finite.double()
    return Histogram(
        counts=counts_of(wide, low, high),
        low=low,
        high=high,
        mean=float(wide.mean()),
        deviation=float(wide.std(correction=0)),
        zero=float((finite == 0).double().mean()),
        lost=lost,
    )


def counts_of(values: Tensor, low: float, high: float) -> list[int]:
    """Return how many of float64 values are in each of BINS equal parts; the last has its upper end too."""
    if high == low:
        return [len(values)] + [0] * (BINS - 1)
    places = ((values - low) / (high - low) * BINS).long().clamp_(0, BINS - 1)
    counts: list[int] = torch.bincount(places, minlength=BINS).tolist()
    return counts


def weights_of(module: nn.Module | None) -> Histogram | None:
    """Return the histogram of a layer's own weights: no biases, no gains."""
    if module is None:
        return None
    own = [each.detach().flatten() for each in module.parameters(recurse=False) if each.dim() > 1]
    return histogram(torch.cat(own)) if own else None


def fires(output: Tensor) -> Tensor:
    """Return for each unit of a ReLU's output [N, ...] whether it is above 0 anywhere: of maps [N, C, H, W] the maps
    are the units, else what comes last."""
    units = 1 if output.dim() == 4 else output.dim() - 1
    return output.amax([i for i in range(output.dim()) if i != units]) > 0
