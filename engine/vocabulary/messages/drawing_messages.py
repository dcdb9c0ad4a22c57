"""A digit that is drawn: classified while it grows, and kept with its label."""

import typing

import msgspec

from engine.vocabulary.messages.base import DIGITS, MOST_CLASSES, Classes, Command, Event, Row

MOST_SIDE = 512  # pixels of a canvas: with the line that carries it within MAX_LINE
Side = typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_SIDE)]


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """A canvas: `width` times `height` grey values, row by row (0 background, 255 ink)."""

    width: Side
    height: Side
    pixels: bytes


class ClassifyDrawing(Command, frozen=True):
    """Ask what a network says of a drawing, which is read as an image file of these pixels is by PredictFiles.

    `run` names a run by its folder, empty means the live one, or the latest; `best` as in Explain.
    """

    drawing: Drawing
    run: str = ""
    best: bool | None = False


class DrawingClassified(Event, frozen=True):
    """`pixels` is what the network sees, 784 grey values; empty, as is `probabilities`, while the drawing is blank.

    `treatment` says in words how it was read. `step` dates the weights.
    """

    run: str
    step: int
    predicted: int = -1
    probabilities: list[float] = []
    pixels: bytes = b""
    treatment: str = ""
    classes: Classes = DIGITS


class SaveDrawing(Command, frozen=True):
    """Keep a drawing with its `label` of these `classes` among the user's own (`own_folder` in the folder of runs), as
    drawn."""

    drawing: Drawing
    label: typing.Annotated[int, msgspec.Meta(ge=0, lt=MOST_CLASSES)]
    classes: Classes = DIGITS


class DrawingSaved(Event, frozen=True):
    """`path` is the new file, `counts` how many there are of each class now; `folder` is a data set to test runs on."""

    path: str
    folder: str
    counts: Row
