"""Augmentation: every training image is distorted by chance, each in its own way, on the device."""

import functools
import math

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.boxes import boxes
from engine.config import RunConfig

ASPECT = 0.3  # of an erased rectangle at most, or its inverse, as in the paper
SMOOTHNESS = 4.0  # pixels: the standard deviation of the Gaussian that smooths an elastic distortion


def augment(images: Tensor, config: RunConfig) -> Tensor:
    """Return distorted copies of float32 images [N, 1, H, W]; what comes in from outside of an image is black.

    Each image is turned by up to `rotation` degrees and sheared by up to `shear` degrees to either side, made larger
    or smaller by a factor of up to 1 + `scale`, moved by up to `shift` pixels along each axis, and bent by a smooth
    random field of displacements of `elastic` pixels (standard deviation): Simard, Steinkraus and Platt 2003,
    https://doi.org/10.1109/ICDAR.2003.1227801. Then a rectangle of up to the share `erasing` of it is filled with
    random values (Zhong et al., https://arxiv.org/abs/1708.04896), and Gaussian noise of the standard deviation `noise`
    is added. Draws from the generator of the images' device.
    """
    if config.rotation or config.shear or config.scale or config.shift or config.elastic:
        where = F.affine_grid(affine_maps(images, config), list(images.shape), align_corners=False)
        if config.elastic:
            where = where + elastic_field(images, config.elastic)
        images = F.grid_sample(images, where, align_corners=False)
    if config.erasing:
        images = erase(images, config.erasing)
    if config.noise:
        images = (images + config.noise * torch.randn_like(images)).clamp_(0, 1)
    return images


def erase(images: Tensor, most: float) -> Tensor:
    """Return images with a random rectangle of up to the share `most` of each filled with random values."""
    area, aspect = torch.rand(2, len(images), device=images.device)
    aspect = torch.exp((2 * aspect - 1) * math.log(ASPECT))
    erased = boxes(area * most, aspect, images.shape[2], images.shape[3])
    return torch.where(erased, torch.rand_like(images), images)


def affine_maps(images: Tensor, config: RunConfig) -> Tensor:
    """Return random maps [N, 2, 3] from the places of a new image to those of the old, both in -1..1."""
    count, _, height, width = images.shape
    turn, shear, zoom, right, down = torch.rand(5, count, device=images.device).mul_(2).sub_(1)
    turn = turn * math.radians(config.rotation)
    shear = shear * math.tan(math.radians(config.shear))
    zoom = torch.exp(zoom * math.log1p(config.scale))
    cos, sin = torch.cos(turn) / zoom, torch.sin(turn) / zoom
    rows = [
        torch.stack([cos, shear * cos - sin, right * (2 * config.shift / width)], 1),
        torch.stack([sin, shear * sin + cos, down * (2 * config.shift / height)], 1),
    ]
    return torch.stack(rows, 1)


def elastic_field(images: Tensor, strength: float) -> Tensor:
    """Return smooth random displacements [N, H, W, 2] in units of half an image, of a strength in pixels."""
    count, _, height, width = images.shape
    noise = torch.randn(count, 2, height, width, device=images.device)
    field = smoothing(height, images.device) @ noise @ smoothing(width, images.device)
    return field.permute(0, 2, 3, 1) * (2 * strength / width)


@functools.cache
def smoothing(size: int, device: torch.device) -> Tensor:
    """Return the symmetric matrix [size, size] that smooths noise and keeps its variance, but for the edges."""
    place = torch.arange(size, dtype=torch.float32)
    gaussian = torch.exp((place[:, None] - place).square() / (-2 * SMOOTHNESS**2))
    return gaussian.div(gaussian.norm(dim=1).max()).to(device)
