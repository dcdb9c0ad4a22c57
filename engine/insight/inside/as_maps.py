"""Values of any shape as maps of bytes."""

import torch
from torch import Tensor

from engine.vocabulary.messages import PIXELS, Maps

SIDE = 28
LONGEST_SIDE = 512  # values of a row or column that are shown


def shape_of_maps(values: Tensor) -> Tensor:
    """Return values of one picture as maps [maps, height, width].

    A vector is one row, a matrix (a sequence of vectors) one map; all before the last two dimensions are maps.
    """
    if values.dim() < 2:
        return values.reshape(1, 1, -1)
    return values.reshape(-1, *values.shape[-2:])


def of_one_image(output: Tensor, larger: tuple[int, ...]) -> Tensor | None:
    """Return what a layer made of the first of two images, None where no dimension is that of images; `larger` is the
    shape of what it made of three.

    A layer may have images in any dimension, and several rows for each (the patches of an image, say).
    """
    grown = [i for i, (two, three) in enumerate(zip(output.shape, larger, strict=False)) if two != three]
    if len(grown) != 1 or len(larger) != output.dim():
        return None
    [images] = grown
    rows, more = divmod(output.shape[images], 2)
    if more or larger[images] != 3 * rows:
        return None
    one = output.narrow(images, 0, rows)
    return one.squeeze(images) if rows == 1 else one


def filters_as_maps(weights: Tensor, inputs: int) -> Tensor:
    """Return weights [units, ...] as maps [maps, height, width]: of a convolution a kernel for each unit and channel,
    of a linear layer that sees all pixels (`inputs`) a picture for each unit, else a row for each unit."""
    if weights.dim() >= 4:
        return weights.reshape(-1, *weights.shape[-2:])
    if weights.dim() == 2 and weights.shape[1] == inputs == PIXELS:
        return weights.reshape(-1, SIDE, SIDE)
    return weights.reshape(len(weights), 1, -1)


def as_maps(maps: Tensor, most: int, first: int = 0) -> Maps:
    """Return up to `most` of maps [maps, height, width] from an index on as bytes, with one range for all that are
    shown. What is no number is shown as 0."""
    some = maps[first : first + most, :LONGEST_SIDE, :LONGEST_SIDE].detach().float().nan_to_num(0.0, 0.0, 0.0).cpu()
    low, high = (float(some.min()), float(some.max())) if some.numel() else (0.0, 0.0)
    scaled = (some.double() - low) / ((high - low) or 1.0) * 255
    return Maps(
        pixels=scaled.round().to(torch.uint8).numpy().tobytes(),
        shown=len(some),
        count=len(maps),
        height=some.shape[1],
        width=some.shape[2],
        low=low,
        high=high,
        first=first,
    )
