"""What each pixel adds to a class's output, by gradients. Images are float32 [1, 28, 28] in 0..1, `ground` is the value
of a pixel without ink, and an output is a logit."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.insight.runs.undisturbed import gradients_of, outputs_of

FIRST = 16  # equal pieces of the way that the integral begins with
MOST = 1024  # gradients for one answer
WITHIN = 0.005  # of the difference of outputs: so close to it shall the sum be
TOGETHER = 0.05  # of it: what errors of all pieces, without regard to their sign, may come to
ENOUGH = 128  # gradients, after which only the sum counts
NUMERICS = 1e-5  # of the largest output: closer, float32 does not tell


@dataclass(frozen=True)
class Attribution:
    """`heat` float32 [28, 28]; the outputs for the picture and for an empty one; how far the sum of `heat` is from
    their difference, and how many gradients it took."""

    heat: Tensor
    output: float
    empty_output: float
    gap: float
    steps: int


def gradient_times_input(model: nn.Module, image: Tensor, label: int, ground: float = 0.0) -> Attribution:
    """Return the gradient of a class's output times each pixel's difference from the ground (Shrikumar et al., Not just
    a black box, https://arxiv.org/abs/1605.01713). Its sum is no particular number. Raises InsightError."""
    images = torch.stack([image, torch.full_like(image, ground)])
    outputs, gradients = gradients_of(model, images, lambda logits, start: logits[:, label])
    heat = (gradients[0] * (image - ground)).squeeze(0)
    output, empty = outputs.tolist()
    return Attribution(heat, output, empty, abs(float(heat.double().sum()) - (output - empty)), 1)


@dataclass
class Piece:
    """A piece of the way from an empty picture (0) to the picture (1), with the outputs at both ends, and the gradient
    in its middle, times its length."""

    start: float
    end: float
    from_output: float
    to_output: float
    middle_output: float
    part: Tensor
    along: float  # the sum of `part` times the way: what its gradient says that the output changes by

    @property
    def error(self) -> float:
        return self.to_output - self.from_output - self.along


def integrated_gradients(model: nn.Module, image: Tensor, label: int, ground: float = 0.0) -> Attribution:
    """Return the integral of the gradient on the straight way from an empty picture, times each pixel's difference from
    the ground (Sundararajan, Taly and Yan, Axiomatic attribution for deep networks, https://arxiv.org/abs/1703.01365).

    It sums to the difference of the two outputs. What a piece of the way adds to the output is known from the outputs
    at its ends, and so is the error of its midpoint rule: the worst pieces are halved until the sum is within WITHIN of
    the difference and all errors within TOGETHER (for ENOUGH gradients), or MOST were taken. Raises InsightError.
    """
    way = image - ground
    places = [i / FIRST for i in range(FIRST + 1)]
    ends = outputs_of(model, _pictures(image, ground, places))[:, label].tolist()
    new = [(*place, *outputs) for place, outputs in zip(_pairs(places), _pairs(ends), strict=True)]
    difference, exact = abs(ends[-1] - ends[0]), NUMERICS * max(map(abs, ends))
    allowed = max(TOGETHER * difference, exact)
    pieces: list[Piece] = []
    steps = 0
    while True:
        pieces += _measured(model, image, label, ground, new)
        steps += len(new)
        close = abs(sum(piece.error for piece in pieces)) <= max(WITHIN * difference, exact)
        together = sum(abs(piece.error) for piece in pieces) <= allowed
        if (close and (together or steps >= ENOUGH)) or steps >= MOST:
            break
        ordered = sorted(pieces, key=lambda piece: -abs(piece.error))
        bad = ordered[: min(max(1, len(pieces) // 4), (MOST - steps + 1) // 2)]
        halved = set(map(id, bad))
        pieces = [piece for piece in pieces if id(piece) not in halved]
        new = [half for piece in bad for half in _halves(piece)]
    gradient = torch.stack([piece.part for piece in pieces]).double().sum(0)
    heat = (gradient * way).squeeze(0)
    return Attribution(heat.float(), ends[-1], ends[0], abs(float(heat.sum()) - (ends[-1] - ends[0])), steps)


def _pairs(values: list[float]) -> list[tuple[float, float]]:
    return list(itertools.pairwise(values))


def _pictures(image: Tensor, ground: float, places: list[float]) -> Tensor:
    share = torch.tensor(places, device=image.device, dtype=image.dtype)[:, None, None, None]
    return ground + share * (image - ground)


def _measured(
    model: nn.Module, image: Tensor, label: int, ground: float, new: list[tuple[float, float, float, float]]
) -> list[Piece]:
    """Take the gradients in the middle of new pieces: from, to, and the outputs there."""
    middles = _pictures(image, ground, [(start + end) / 2 for start, end, _, _ in new])
    outputs, gradients = gradients_of(model, middles, lambda logits, start: logits[:, label])
    lengths = torch.tensor([end - start for start, end, _, _ in new], device=image.device)[:, None, None, None]
    parts = gradients * lengths
    along = (parts * (image - ground)).double().sum((1, 2, 3)).tolist()
    known = zip(new, outputs.tolist(), parts, along, strict=True)
    return [Piece(*piece, middle, part, change) for piece, middle, part, change in known]


def _halves(piece: Piece) -> list[tuple[float, float, float, float]]:
    middle = (piece.start + piece.end) / 2
    return [
        (piece.start, middle, piece.from_output, piece.middle_output),
        (middle, piece.end, piece.middle_output, piece.to_output),
    ]
