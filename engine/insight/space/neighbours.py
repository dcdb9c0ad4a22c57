"""Which points lie nearest to one."""

import torch
from torch import Tensor


def nearest(query: Tensor, points: Tensor, count: int, metric: str) -> tuple[Tensor, Tensor]:
    """Return distances and indices of the `count` points [N, features] nearest to a query [features], nearest first.

    `metric` is "l2", the Euclidean distance, or "cosine", 1 - the cosine of the angle; a point at the origin has no
    direction and is at a distance of 1. Equal ones in the order of their indices.
    """
    query, points = query.double(), points.double()
    if metric == "l2":
        distances = (points - query).norm(dim=1)
    else:
        lengths = points.norm(dim=1) * query.norm()
        distances = torch.where(lengths > 0, 1 - points @ query / lengths.clamp_min(1e-300), 1.0).clamp_min(0)
    order = distances.argsort(stable=True)[:count]
    return distances[order], order
