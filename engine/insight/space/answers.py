"""Answers to FindNeighbours and MapDigits. Features of training digits are kept for the next question about the same
weights, and a run's last map, so that its next one can be turned to it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError, packed, undisturbed
from engine.insight.space.features import Features, features_of
from engine.insight.space.neighbours import nearest
from engine.insight.space.principal_axes import Points, principal_components, turned_to
from engine.vocabulary.messages import (
    MOST_ON_MAP,
    MOST_SEARCHED,
    DigitsMapped,
    FindNeighbours,
    MapDigits,
    Neighbour,
    NeighboursFound,
)

MOST_KEPT = 128 << 20  # bytes of features: fewer digits are looked at where each has many


@dataclass(frozen=True)
class KnownDigits:
    """Training digits whose features are known; `indices` are theirs among all."""

    weights: tuple[object, ...]
    indices: Tensor
    features: Features


@dataclass(frozen=True)
class KnownMap:
    """A map of a run's test digits; `step` dates its weights."""

    run: str
    data: str
    step: int
    points: Points


class Space:
    """Answers about a network's features."""

    def __init__(self) -> None:
        self._digits: KnownDigits | None = None
        self._map: KnownMap | None = None  # the last one
        self._before: KnownMap | None = None  # that of other weights before it

    def neighbours(self, command: FindNeighbours, network: Network, asked: Asked, data: Dataset) -> NeighboursFound:
        """Raises InsightError, NetworkError."""
        check_classes(network, data)
        known = self._known(network, data)
        with undisturbed(network) as model:
            pixels = asked.pixels.unsqueeze(0).to(network.device)
            own = features_of(model, torch.cat([pixels, pixels]), len(network.classes))
        distances, places = nearest(own.values[0], known.features.values, command.count + 1, command.metric)
        found = []
        for distance, place in zip(distances.tolist(), places.tolist(), strict=True):
            index = int(known.indices[place])
            image = data.train_images[index].cpu()
            if command.picture.part == "train" and not command.picture.pixels and index == command.picture.index:
                continue
            found.append(
                Neighbour(
                    index=index,
                    pixels=image.numpy().tobytes(),
                    actual=int(data.train_labels[index]),
                    distance=distance,
                )
            )
        return NeighboursFound(
            run=network.name,
            step=network.step,
            metric=command.metric,
            neighbours=found[: command.count],
            searched=len(known.indices),
            training=len(data.train_labels),
            layer=known.features.layer,
            features=known.features.values.shape[1],
            pixels=asked.pixels.cpu().numpy().tobytes(),
            predicted=int(own.predicted[0]),
            actual=asked.actual,
            classes=network.classes,
        )

    def _known(self, network: Network, data: Dataset) -> KnownDigits:
        weights = (network.name, network.step, network.best, data.fingerprint)
        if self._digits is None or self._digits.weights != weights:
            with undisturbed(network) as model:
                first = features_of(model, data.train_images[:2].to(network.device), len(network.classes))
                most = min(MOST_SEARCHED, max(1, MOST_KEPT // (4 * first.values.shape[1])))
                indices = spread(len(data.train_labels), most)
                images = data.train_images[indices.to(data.train_images.device)].to(network.device)
                self._digits = KnownDigits(weights, indices, features_of(model, images, len(network.classes)))
        return self._digits

    def map(self, command: MapDigits, network: Network, data: Dataset) -> DigitsMapped:
        """Raises InsightError, NetworkError."""
        check_classes(network, data)
        indices = spread(len(data.test_labels), MOST_ON_MAP)
        images = data.test_images[indices.to(data.test_images.device)].to(network.device)
        with undisturbed(network) as model:
            found = features_of(model, images, len(network.classes))
        points, shares = principal_components(found.values.double().numpy())
        before = self._last_map(network, data)
        if before is not None:
            points = turned_to(points, before.points)
        self._keep(KnownMap(network.name, data.fingerprint, network.step, points), before)
        return DigitsMapped(
            run=network.name,
            step=network.step,
            epoch=network.epoch,
            points=packed(torch.from_numpy(points)),
            indices=indices.numpy().astype("<u4").tobytes(),
            actual=data.test_labels.cpu()[indices].to(torch.uint8).numpy().tobytes(),
            predicted=found.predicted.to(torch.uint8).numpy().tobytes(),
            shares=shares,
            images=len(data.test_labels),
            layer=found.layer,
            features=found.values.shape[1],
            aligned=-1 if before is None else before.step,
            classes=network.classes,
        )

    def _last_map(self, network: Network, data: Dataset) -> KnownMap | None:
        """Return the map that this one is turned to: the last of this run. Asked again, the same one as then."""
        for known in (self._map, self._before):
            if known is None or known.step == network.step:
                continue
            if (known.run, known.data) == (network.name, data.fingerprint):
                return known
        return None

    def _keep(self, new: KnownMap, before: KnownMap | None) -> None:
        self._map, self._before = new, before


def spread(total: int, most: int) -> Tensor:
    """Return up to `most` indices below `total`, evenly spread."""
    return torch.from_numpy(np.linspace(0, total - 1, min(total, most)).round().astype(np.int64))


def check_classes(network: Network, data: Dataset) -> None:
    if not network.knows(data):
        raise InsightError(f"{data.path}: has other classes than {network.name} was trained on; give its own data")
