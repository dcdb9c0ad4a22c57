"""Mixup and CutMix: every training image is combined with another, and so is its label."""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.techniques.rectangles import random_rectangles
from engine.vocabulary.config import RunConfig


def mix(images: Tensor, config: RunConfig) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Return float32 images [N, 1, H, W], each mixed with another of the batch, the index [N] of the other, and the
    share [N] that is left of the first; None for both where nothing is mixed.

    Mixup (Zhang et al., https://arxiv.org/abs/1710.09412) adds the two up, CutMix (Yun et al.,
    https://arxiv.org/abs/1905.04899) pastes a rectangle of the other. Each pair has a share of its own, where the
    authors' programs draw one for the whole batch, from the distribution Beta(strength, strength) with the generator of
    the images' device.
    """
    strength = config.mixup or config.cutmix
    if not strength:
        return images, None, None
    other = torch.randperm(len(images), device=images.device)
    share = beta(strength, len(images), images.device)
    if config.mixup:
        first = share[:, None, None, None]
        return images * first + images[other] * (1 - first), other, share
    pasted = random_rectangles(1 - share, torch.ones_like(share), images.shape[2], images.shape[3])
    left = 1 - pasted.float().mean((1, 2, 3))  # of a rectangle over the edge a part is pasted
    return torch.where(pasted, images[other], images), other, left


def beta(strength: float, count: int, device: torch.device) -> Tensor:
    """Return draws [count] from the distribution Beta(strength, strength).

    As G / (G + H) of two draws from Gamma(strength), in logarithms: for small strengths both are too small for
    floating point, where torch's own Beta says 0.5. Gamma(a) is Gamma(a + 1) times a uniform number to the power 1/a.
    """
    ones = torch.ones(2, count, device=device)
    larger = torch.distributions.Gamma(ones * (strength + 1), ones, validate_args=False).sample()
    logarithms = larger.log() + (1 - torch.rand_like(ones)).log() / strength
    return torch.sigmoid(logarithms[0] - logarithms[1])


def mixed_loss(logits: Tensor, labels: Tensor, other: Tensor | None, share: Tensor | None, smoothing: float) -> Tensor:
    """Return the mean cross-entropy of logits [N, 10] for labels [N] and what `mix` made of their images."""
    if other is None or share is None:
        return F.cross_entropy(logits, labels, label_smoothing=smoothing)
    first = F.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")
    second = F.cross_entropy(logits, labels[other], label_smoothing=smoothing, reduction="none")
    return (share * first + (1 - share) * second).mean()
