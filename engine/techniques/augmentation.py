"""Augmentation: every training image is distorted by chance, each in its own way, on the device."""

import functools
import math

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.techniques.rectangles import random_rectangles
from engine.vocabulary.config import RunConfig

ASPECT = 0.3  # of an erased rectangle at least, and its inverse at most, as in the paper
SMOOTHNESS = 4.0  # pixels: the standard deviation of the Gaussian that smooths an elastic distortion


def augment(images: Tensor, config: RunConfig) -> Tensor:
    """Return distorted copies of float32 images [N, 1, H, W]; what comes in from outside of an image is black.

    Each image is moved by up to `shift` pixels along each axis, then, about the middle of the picture, sheared by up to
    `shear` degrees and turned by up to `rotation` degrees to either side and made larger or smaller by a factor of up
    to 1 + `scale`, and bent by a smooth random field of displacements of `elastic` pixels (standard deviation): after
    Simard, Steinkraus and Platt 2003, https://doi.org/10.1109/ICDAR.2003.1227801, whose noise is uniform before it is
    smoothed. Then a rectangle of up to the share `erasing` of it is filled with random values (`erase`), and Gaussian
    noise of the standard deviation `noise` is added, and what leaves 0..1 cut off. Draws from the generator of the
    images' device.
    """
    if config.rotation or config.shear or config.scale or config.shift or config.elastic:
        count, _, height, width = images.shape
        # As F.affine_grid does, but in one product: for thin matrices a batch of products takes twenty times as long.
        where = (affine_maps(images, config).flatten(0, 1) @ places(height, width, images.device)).view(
            count, 2, height, width
        )
        if config.elastic:
            where += elastic_field(images, config.elastic)
        images = F.grid_sample(images, where.permute(0, 2, 3, 1), align_corners=False)
    if config.erasing:
        images = erase(images, config.erasing)
    if config.noise:
        images = (images + config.noise * torch.randn_like(images)).clamp_(0, 1)
    return images


def erase(images: Tensor, most: float) -> Tensor:
    """Return images with a random rectangle of up to the share `most` of each filled with random values.

    After Zhong et al., Random Erasing, https://arxiv.org/abs/1708.04896. There half of the images are spared, the
    share is at least 0.02, and the rectangle lies within the image; here it is in every image, of any share from 0 on,
    and may hang over the edge. Its aspect is drawn evenly in its logarithm, as in torchvision's RandomErasing.
    """
    area, aspect = torch.rand(2, len(images), device=images.device)
    aspect = torch.exp((2 * aspect - 1) * math.log(ASPECT))
    erased = random_rectangles(area * most, aspect, images.shape[2], images.shape[3])
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


@functools.cache
def places(height: int, width: int, device: torch.device) -> Tensor:
    """Return x, y and 1 for each pixel [3, H * W], the middles of pixels in -1..1."""
    y, x = ((2 * torch.arange(size, dtype=torch.float32) + 1) / size - 1 for size in (height, width))
    grid = torch.stack([x.expand(height, width), y[:, None].expand(height, width), torch.ones(height, width)])
    return grid.flatten(1).to(device)


def elastic_field(images: Tensor, strength: float) -> Tensor:
    """Return smooth random displacements [N, 2, H, W] in units of half an image, of a strength in pixels."""
    count, _, height, width = images.shape
    down, across = smoothing(height, images.device), smoothing(width, images.device)
    noise = torch.randn(down.shape[1], count * 2, across.shape[1], device=images.device)
    # Two products of all images at once: one for each image would take several times as long.
    field = down @ (noise.flatten(0, 1) @ (across.T * (2 * strength / width))).view(down.shape[1], -1)
    return field.view(height, count, 2, width).permute(1, 2, 0, 3)


@functools.cache
def smoothing(size: int, device: torch.device) -> Tensor:
    """Return a matrix [size, rank] that makes smooth noise of so much white noise, of its variance but for the edges.

    A Gaussian filter lets few of the directions of white noise pass, and those are white noise again: it need not be
    drawn for each pixel.
    """
    place = torch.arange(size, dtype=torch.float32)
    gaussian = torch.exp((place[:, None] - place).square() / (-2 * SMOOTHNESS**2))
    directions, shares, _ = torch.linalg.svd(gaussian / gaussian.norm(dim=1).max())
    basis: Tensor = (directions * shares)[:, shares > 1e-4 * shares[0]]
    return basis.to(device)
