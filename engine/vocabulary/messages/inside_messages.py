"""What a network has inside: filters, maps of each layer for a digit, weights and activations in numbers."""

import typing

import msgspec

from engine.vocabulary.messages.base import DIGITS, Classes, Command, Count, Event, Row
from engine.vocabulary.messages.pictures import Picture

MOST_MAPS = 64  # of one layer in an answer
MOST_BYTES = 500_000  # of all maps in an answer: a line holds a third more of them
MOST_LAYERS = 2000
BINS = 32  # of a histogram
MOST_NAMED = 256  # units that are named


class Maps(msgspec.Struct, frozen=True, kw_only=True):
    """Values as grey pictures of `height` times `width`, a byte a value: 0 is `low`, 255 is `high`, of all that are
    shown together. `shown` of `count` maps follow each other in `pixels`, from the one with the index `first` on.

    A convolution has a map for each channel. Vectors are one row; sequences one map, a row for each step.
    """

    pixels: bytes
    shown: Count
    count: Count
    height: Count
    width: Count
    low: float
    high: float
    first: Count = 0


class ShowFilters(Command, frozen=True):
    """Ask for the filters of a network's first layer with weights: what each of its units looks for.

    `first` is the unit to begin with. `run` names a run by its folder, empty means the live one, or the latest; `best`
    as in Explain.
    """

    first: Count = 0
    run: str = ""
    best: bool | None = False


class FiltersShown(Event, frozen=True):
    """A map for each unit, or a row of its weights where these have no shape of a picture. `kind` is the layer's."""

    run: str
    step: int
    layer: str
    kind: str
    maps: Maps


class ShowLayers(Command, frozen=True):
    """Ask what each layer of a network makes of a picture, in the order in which it passes them.

    As many as a line holds are answered, from number `start` on, at most `maps` of each, from the index `first` on;
    `count` layers at most.
    """

    picture: Picture
    start: Count = 0
    count: typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_LAYERS)] = MOST_LAYERS
    maps: typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_MAPS)] = 16
    first: Count = 0
    run: str = ""
    best: bool | None = False


class LayerShown(msgspec.Struct, frozen=True, kw_only=True):
    """`shape` is of what the layer makes of one picture. `maps` is None where that is no tensor of numbers, and
    `problem` says what it is. A ReLU that is no module is named for the layer before it: `conv1 > relu`."""

    name: str
    kind: str
    shape: list[int]
    maps: Maps | None = None
    problem: str = ""


class LayersShown(Event, frozen=True):
    """Layers from number `start` on, of `layers_in_all`."""

    run: str
    step: int
    layers: list[LayerShown]
    start: int
    layers_in_all: int
    pixels: bytes
    predicted: int
    actual: int = -1
    classes: Classes = DIGITS


class MeasureLayers(Command, frozen=True):
    """Ask for the weights and activations of each layer in numbers, over test digits that are spread evenly."""

    run: str = ""
    best: bool | None = False


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of values in BINS equal parts from `low` to `high`, their mean and standard deviation, and the share that
    is zero. What is no number (nan, infinite) is only counted, in `lost`."""

    counts: Row
    low: float
    high: float
    mean: float
    deviation: float
    zero: float
    lost: Count = 0


class LayerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """`weights` are all parameters of the layer's own but biases and gains: those of at least two dimensions. `units`
    and `dead` are None but of ReLUs: how many they are, and how many were zero for every digit; the first of them are
    named in `dead_units`."""

    name: str
    kind: str
    weights: Histogram | None = None
    activations: Histogram | None = None
    units: int | None = None
    dead: int | None = None
    dead_units: list[Count] = []


class LayersMeasured(Event, frozen=True):
    """Figures of each layer, over so many `digits`; `more` layers are left out."""

    run: str
    step: int
    layers: list[LayerFigures]
    digits: int
    more: int = 0
