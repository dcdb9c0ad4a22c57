"""Digits by the features that a network's last layer sees: the nearest ones, and all of them as a map."""

import typing

import msgspec

from engine.vocabulary.messages.base import DIGITS, Classes, Command, Count, Event
from engine.vocabulary.messages.pictures import Picture

MOST_NEIGHBOURS = 64
MOST_SEARCHED = 10_000  # training digits: their features are computed anew for other weights
MOST_ON_MAP = 20_000
Metric = typing.Literal["cosine", "l2"]


class FindNeighbours(Command, frozen=True):
    """Ask for the training digits nearest to a picture in the space of the last hidden layer.

    `metric` is the cosine distance (1 - cosine of the angle), or the Euclidean one (l2). `run` names a run by its
    folder, empty means the live one, or the latest; `best` as in Explain.
    """

    picture: Picture
    count: typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_NEIGHBOURS)] = 12
    metric: Metric = "cosine"
    run: str = ""
    best: bool | None = False


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A training digit, 784 grey values row by row, and how far it is."""

    index: Count
    pixels: bytes
    actual: int
    distance: float


class NeighboursFound(Event, frozen=True):
    """The nearest of `searched` training digits, nearest first, of `training` that there are: those are spread evenly.

    The picture itself, if it is one of them, is left out. `layer` names the layer whose input the `features` are.
    """

    run: str
    step: int
    metric: Metric
    neighbours: list[Neighbour]
    searched: int
    training: int
    layer: str
    features: int
    pixels: bytes
    predicted: int
    actual: int = -1
    classes: Classes = DIGITS


class MapDigits(Command, frozen=True):
    """Ask for the test digits in two dimensions: the principal components of their features. `run` and `best` as in
    FindNeighbours."""

    run: str = ""
    best: bool | None = False


class DigitsMapped(Event, frozen=True):
    """A point for each of the test digits, or of MOST_ON_MAP that are spread evenly among `images`.

    `points` are x and y of each, packed as float32 (pictures.py, unpack_floats); `indices` as uint32 (unpack_indices),
    `actual` and `predicted` a byte each. `shares` of the variance lie in the two components. `aligned` is the step of
    the weights whose map this one was turned to, by orthogonal Procrustes; -1 where there was none.
    """

    run: str
    step: int
    epoch: int
    points: bytes
    indices: bytes
    actual: bytes
    predicted: bytes
    shares: tuple[float, float]
    images: int
    layer: str
    features: int
    aligned: int = -1
    classes: Classes = DIGITS
