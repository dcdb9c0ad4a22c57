"""Two dimensions of many: principal components, turned so that the map of an epoch lies as that of the one before."""

import numpy as np
import numpy.typing as npt
from scipy.linalg import orthogonal_procrustes
from scipy.sparse.linalg import svds

SMALL = 600  # features: up to here the covariance is decomposed as a whole

Points = npt.NDArray[np.float64]


def principal_components(values: Points) -> tuple[Points, tuple[float, float]]:
    """Return points [N, 2] of values [N, features] on their two principal axes, and the shares of the variance there.

    Of an axis the largest weight is positive: nothing is random. Pearson, On lines and planes of closest fit, 1901.
    """
    centred = values - values.mean(0)
    total = float((centred**2).sum())
    if total == 0 or min(centred.shape) < 3:
        points = np.zeros((len(values), 2))
        points[:, : centred.shape[1]] = centred[:, :2]
        return points, (1.0, 0.0)
    if centred.shape[1] <= SMALL:
        axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2].T
    else:
        start = np.ones(min(centred.shape))
        _, sizes, axes = svds(centred, k=2, v0=start, return_singular_vectors="vh")
        axes = axes[np.argsort(-sizes)]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1)
    points = centred @ (axes * np.where(largest < 0, -1, 1)).T
    first, second = ((points**2).sum(0) / total).tolist()
    return points, (min(1.0, first), min(1.0, second))


def turned_to(points: Points, before: Points) -> Points:
    """Return points [N, 2], rotated or reflected so that they lie nearest to the same digits' points before (orthogonal
    Procrustes: Schönemann, https://doi.org/10.1007/BF02289451). Distances between them stay."""
    turn, _ = orthogonal_procrustes(points - points.mean(0), before - before.mean(0))
    turned: Points = points @ turn
    return turned
