"""What a class's output loses where part of a picture is covered: Zeiler and Fergus, Visualizing and understanding
convolutional networks, https://arxiv.org/abs/1311.2901, section 4.2. Needs no gradient."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.insight.reasons.gradients import Attribution
from engine.insight.runs.undisturbed import outputs_of

PATCH = 4  # pixels: a stroke is two to four wide
STRIDE = 2  # so that PATCH / STRIDE squared patches cover each pixel


def occlusion(model: nn.Module, image: Tensor, label: int, ground: float = 0.0) -> Attribution:
    """Return by how much the output of a class falls on average when patches with this pixel are covered with ground.

    `image` is float32 [1, 28, 28]. Patches lie STRIDE apart and reach over the edges, so that each pixel is in as many.
    Those that would change nothing are not computed.
    """
    side = image.shape[-1]
    starts = range(STRIDE - PATCH, side, STRIDE)
    masks = []
    for top in starts:
        for left in starts:
            mask = torch.zeros(side, side, dtype=torch.bool, device=image.device)
            mask[max(0, top) : top + PATCH, max(0, left) : left + PATCH] = True
            masks.append(mask)
    every = torch.stack(masks)
    inked = ((image != ground) & every).flatten(1).any(1)
    covered = torch.where(every[inked].unsqueeze(1), torch.full_like(image, ground), image)
    both = torch.stack([image, torch.full_like(image, ground)])
    outputs = outputs_of(model, torch.cat([both, covered]))[:, label]
    drops = torch.zeros(len(every), device=image.device)
    drops[inked] = outputs[0] - outputs[2:]
    heat = _spread(drops.view(len(starts), len(starts)), side)
    output, empty = outputs[:2].tolist()
    return Attribution(heat, output, empty, abs(float(heat.sum()) - (output - empty)), int(inked.sum()))


def _spread(drops: Tensor, side: int) -> Tensor:
    """Return for each pixel the mean of the patches that it lies in: drops [n, n] to [side, side]."""
    kernel = torch.ones(1, 1, PATCH, PATCH, device=drops.device)
    summed = F.conv_transpose2d(drops[None, None], kernel, stride=STRIDE)[0, 0]
    edge = PATCH - STRIDE
    return summed[edge : edge + side, edge : edge + side] / (PATCH // STRIDE) ** 2
