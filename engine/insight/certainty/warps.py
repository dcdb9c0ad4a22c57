"""Digits turned, moved, scaled, sheared and blurred. Pure: float32 images [N, H, W] in 0..1, black outside."""

import torch
from torch import Tensor
from torch.nn import functional as F


def warped(images: Tensor, maps: Tensor) -> Tensor:
    """Return images drawn anew, with bilinear interpolation: `maps` [N, 2, 2] lead from a place of the new image to one
    of the old, both in pixels from the middle."""
    return F.grid_sample(images.unsqueeze(1), _grid(images, maps), align_corners=False).squeeze(1)


def moved(images: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Return images moved by so many whole pixels, [N] each."""
    count, height, width = images.shape
    rows = torch.arange(height) - down.long()[:, None]
    columns = torch.arange(width) - right.long()[:, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    found = images[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return torch.where(inside, found, 0.0)


def turned(images: Tensor, angles: Tensor) -> Tensor:
    """Return images turned about their middle, clockwise as one sees them, by `angles` [N] in radians."""
    cos, sin = angles.cos(), angles.sin()
    return warped(images, torch.stack([torch.stack([cos, sin], 1), torch.stack([-sin, cos], 1)], 1))


def sheared(images: Tensor, slopes: Tensor) -> Tensor:
    """Return images sheared along their rows by `slopes` [N], pixels of shift for each row from the middle."""
    one, none = torch.ones_like(slopes), torch.zeros_like(slopes)
    return warped(images, torch.stack([torch.stack([one, slopes], 1), torch.stack([none, one], 1)], 1))


def scaled(images: Tensor, factor: float) -> Tensor:
    """Return images made smaller or larger about their middle."""
    return warped(images, (torch.eye(2) / factor).expand(len(images), 2, 2))


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Return images smoothed by a Gaussian of `sigma` pixels, cut off at four of them; the edge goes on outside."""
    radius = int(4 * sigma + 0.5)
    places = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = torch.exp(-(places**2) / (2 * sigma**2))
    kernel = (weights / weights.sum()).float()
    padded = F.pad(images.unsqueeze(1), (radius,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1)).squeeze(1)


def _grid(images: Tensor, maps: Tensor) -> Tensor:
    height, width = images.shape[1:]
    y = torch.arange(height, dtype=torch.float32) - (height - 1) / 2
    x = torch.arange(width, dtype=torch.float32) - (width - 1) / 2
    places = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)  # [H, W, 2]
    found = torch.einsum("nij,hwj->nhwi", maps.float(), places)
    return found * torch.tensor([2 / width, 2 / height])
