"""Corruptions of digits, each at five strengths, the same in every run of the program.

Those of MNIST-C (Mu and Gilmer, MNIST-C: A robustness benchmark for computer vision, 2019) that need no files and no
other program, at its strengths. Blur and contrast are milder: at those of its code hardly anything is left of a digit,
and its benchmark leaves them out; occlusion is no part of it. Left out are its motion, glass, defocus and zoom blur,
its fog, frost, snow and spatter, and its lines, stripes and edges. Rotations and shears go to one side or the other by
chance, shifts to one of four corners.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from engine.insight.certainty.warps import blurred, moved, scaled, sheared, turned

STRENGTHS = 5


@dataclass(frozen=True)
class Corruption:
    """What is done to float32 images [N, H, W] in 0..1 at each of five amounts of a unit, mildest first."""

    amounts: tuple[float, ...]
    unit: str
    apply: Callable[[Tensor, float, Generator], Tensor]


def signs(images: Tensor, draws: Generator) -> Tensor:
    return torch.randint(2, (len(images),), generator=draws).float() * 2 - 1


def noise(images: Tensor, draws: Generator) -> Tensor:
    return torch.randn(images.shape, generator=draws)


def rotation(images: Tensor, amount: float, draws: Generator) -> Tensor:
    return turned(images, signs(images, draws) * math.radians(amount))


def shift(images: Tensor, amount: float, draws: Generator) -> Tensor:
    return moved(images, signs(images, draws) * amount, signs(images, draws) * amount)


def shear(images: Tensor, amount: float, draws: Generator) -> Tensor:
    return sheared(images, signs(images, draws) * amount)


def shot_noise(images: Tensor, amount: float, draws: Generator) -> Tensor:
    photons: Tensor = torch.poisson(images * amount, generator=draws)
    return photons / amount


def impulse_noise(images: Tensor, amount: float, draws: Generator) -> Tensor:
    """Salt or pepper, as likely, in a share of the pixels."""
    hit, salt = torch.rand(2, *images.shape, generator=draws)
    return torch.where(hit < amount, (salt < 0.5).float(), images)


def contrast(images: Tensor, amount: float, draws: Generator) -> Tensor:
    means = images.mean((1, 2), keepdim=True)
    return (images - means) * amount + means


def occlusion(images: Tensor, amount: float, draws: Generator) -> Tensor:
    """A black square whose middle lies in the 20 x 20 pixels in which MNIST's digits are drawn."""
    _, height, width = images.shape
    down, right = torch.rand(2, len(images), generator=draws) * 20 - 10
    rows = (torch.arange(height) - (height - 1) / 2 - down[:, None]).abs() <= amount / 2
    columns = (torch.arange(width) - (width - 1) / 2 - right[:, None]).abs() <= amount / 2
    return torch.where(rows[:, :, None] & columns[:, None, :], 0.0, images)


CORRUPTIONS = {
    "rotation": Corruption(tuple(math.degrees(angle) for angle in (0.2, 0.4, 0.6, 0.8, 1.0)), "degrees", rotation),
    "shift": Corruption((1, 2, 3, 4, 5), "pixels", shift),
    "scale": Corruption((0.9, 0.8, 0.7, 0.6, 0.5), "of the size", lambda images, amount, _: scaled(images, amount)),
    "shear": Corruption((0.2, 0.4, 0.6, 0.8, 1.0), "pixels a row", shear),
    "noise": Corruption(
        (0.08, 0.12, 0.18, 0.26, 0.38), "standard deviation",
        lambda images, amount, draws: images + amount * noise(images, draws),
    ),
    "speckle-noise": Corruption(
        (0.15, 0.2, 0.35, 0.45, 0.6), "of the ink",
        lambda images, amount, draws: images * (1 + amount * noise(images, draws)),
    ),
    "shot-noise": Corruption((60, 25, 12, 5, 3), "photons", shot_noise),
    "impulse-noise": Corruption((0.03, 0.06, 0.09, 0.17, 0.27), "of the pixels", impulse_noise),
    "blur": Corruption((0.5, 0.75, 1.0, 1.5, 2.0), "pixels", lambda images, amount, _: blurred(images, amount)),
    "contrast": Corruption((0.8, 0.7, 0.6, 0.5, 0.4), "of the contrast", contrast),
    "brightness": Corruption((0.1, 0.2, 0.3, 0.4, 0.5), "added", lambda images, amount, _: images + amount),
    "occlusion": Corruption((4, 6, 8, 10, 12), "pixels square", occlusion),
}  # fmt: skip


def corrupted(images: Tensor, name: str, strength: int, start: int = 0) -> Tensor:
    """Return uint8 images [N, H, W], on the CPU, corrupted at a strength of 1 to 5.

    What is drawn by chance depends on the corruption, the place `start` of the images among all, and nothing else: all
    strengths, and all networks, get the same draws. It comes from a generator of its own.
    """
    kind = CORRUPTIONS[name]
    draws = torch.Generator().manual_seed(zlib.crc32(f"{name}/{start}".encode()))
    result = kind.apply(images.float() / 255, kind.amounts[strength - 1], draws)
    return (result.clamp(0, 1) * 255).round().to(torch.uint8)
