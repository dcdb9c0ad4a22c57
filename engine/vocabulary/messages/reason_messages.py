"""Why a network answers as it does, and what would make it answer otherwise."""

import typing

from engine.vocabulary.messages.base import DIGITS, Classes, Command, Event
from engine.vocabulary.messages.pictures import Picture

Method = typing.Literal["integrated", "gradient", "occlusion"]


class Explain(Command, frozen=True):
    """Ask how much each pixel speaks for a class (`label`; -1: the one that the network predicts).

    `run` names a run by its folder, empty means the live one, or the latest; `best` as in Evaluate, but the last
    weights by default, as Predict uses them.
    """

    picture: Picture
    method: Method = "integrated"
    label: int = -1
    run: str = ""
    best: bool | None = False


class Explained(Event, frozen=True):
    """`heat` has 784 numbers, row by row, packed as float32 (pictures.py, unpack_floats): above 0 a pixel speaks for
    the class `label`, below 0 against it.

    integrated: parts of the difference between the class's output (its logit) for the picture and for an empty one:
    `output` - `empty_output`, to which they sum up to `gap`, after `steps` gradients. gradient: the output's gradient
    times the pixel's difference from the ground. occlusion: by how much the output falls where patches around the pixel
    are covered with ground, on average; `steps` is then the number of patches.

    `step` dates the weights. `actual` is -1 for a picture without a label.
    """

    run: str
    step: int
    method: Method
    label: int
    heat: bytes
    pixels: bytes
    predicted: int
    probabilities: list[float]
    output: float
    empty_output: float
    gap: float = 0.0
    steps: int = 1
    actual: int = -1
    classes: Classes = DIGITS


class FindChange(Command, frozen=True):
    """Ask for the smallest change of a picture that makes it the class `label` to a network; -1: any other class than
    it is now. `run` and `best` as in Explain."""

    picture: Picture
    label: int = -1
    run: str = ""
    best: bool | None = False


class ChangeFound(Event, frozen=True):
    """The closest picture that was found to be `label`: 784 bytes in `changed`, as `pixels` is the picture asked about;
    `changed` is empty where none was found, and `problem` says so.

    `distance` is the Euclidean norm (L2) of the difference, with pixels from 0 to 1; `largest` is that of one pixel,
    `pixels_changed` how many differ. `probabilities` and `predicted` are of the picture asked about,
    `changed_probabilities` of the other.
    """

    run: str
    step: int
    label: int
    pixels: bytes
    predicted: int
    probabilities: list[float]
    changed: bytes = b""
    changed_probabilities: list[float] = []
    distance: float = 0.0
    largest: float = 0.0
    pixels_changed: int = 0
    actual: int = -1
    problem: str = ""
    classes: Classes = DIGITS
