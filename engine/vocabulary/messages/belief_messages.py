"""What a run thought of each digit after each epoch, and all digits at once: the gallery.

Questions without `data` and `Now` are answered from the log of the run (engine/insight/beliefs/), without its network
and without waiting for a step. An empty `run` means the live one, or the latest. Digits are named by their index in the
data, as in Predict.
"""

import sys
import typing
from array import array

import msgspec

from engine.vocabulary.messages.base import DIGITS, Classes, Command, Event

MOST_ROWS = 40_000  # digits in one answer: 750 kB
MOST_ROWS_NOW = 10_000  # the same, where a network has to look at each: a fraction of a second between two steps
MOST_LISTED = 500  # digits in a list
MOST_PIXELS = 512  # images in one answer: 540 kB
Part = typing.Literal["test", "train"]
Index = typing.Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Indices = typing.Annotated[list[Index], msgspec.Meta(max_length=MOST_PIXELS)]
Epoch = typing.Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Listed = typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_LISTED)]


class AskBelief(Command, frozen=True):
    """Ask for the probabilities of one test digit over the epochs; BeliefTold answers."""

    index: Index
    run: str = ""


class AskLearning(Command, frozen=True):
    """Ask which test digits were forgotten, learned last or never; LearningTold answers, with `most` of each."""

    run: str = ""
    most: Listed = 100


class AskConfusion(Command, frozen=True):
    """Ask for the confusion after an epoch, 0 for the last one that was kept; ConfusionTold answers."""

    run: str = ""
    epoch: Epoch = 0


class AskLabelErrors(Command, frozen=True):
    """Ask for the training images whose label is likely wrong; LabelErrorsTold answers, with the `most` likely ones."""

    run: str = ""
    most: Listed = 100


class AskGallery(Command, frozen=True):
    """Ask for all digits of a part of the data after an epoch, 0 for the last one that was kept.

    GalleryTold answers, with those from `start` on; who gets fewer than there are, asks again.
    """

    run: str = ""
    part: Part = "test"
    epoch: Epoch = 0
    start: Index = 0


class AskGalleryNow(Command, frozen=True):
    """The same under the weights of now: the live ones between two steps, or those of the last checkpoint.

    `data` is the folder of other digits, the user's own say.
    """

    run: str = ""
    part: Part = "test"
    data: str = ""
    start: Index = 0


class AskPixels(Command, frozen=True):
    """Ask for images of a run's data, or of the folder `data`; PixelsTold answers."""

    indices: Indices
    run: str = ""
    part: Part = "test"
    data: str = ""


BeliefQuestion = AskBelief | AskLearning | AskConfusion | AskLabelErrors | AskGallery


class BeliefTold(Event, frozen=True):
    """What a run thought of a test digit after each of `epochs`: its probabilities (within 0.006), the class it
    predicted, and its loss in nats.

    `damaged` counts what of the log could not be read, here as in each answer from it.
    """

    run: str
    index: int
    label: int
    epochs: list[int]
    probabilities: list[list[float]]
    predicted: list[int]
    losses: list[float]
    damaged: int = 0
    classes: Classes = DIGITS


class NotedDigit(msgspec.Struct, frozen=True, kw_only=True):
    """A test digit as it was after the last epoch: predicted with a confidence (a fraction of 1), and its loss in nats.

    It was `forgotten` so many times, and right without a break since the epoch `right_since`; 0 if it is wrong.
    """

    index: int
    label: int
    predicted: int
    confidence: float
    loss: float
    forgotten: int
    right_since: int


class DigitList(msgspec.Struct, frozen=True, kw_only=True):
    """The first of `total` digits."""

    total: int
    digits: list[NotedDigit]


class LearningTold(Event, frozen=True):
    """Test digits that were learned and then forgotten, those most often first (Toneva et al.,
    https://arxiv.org/abs/1812.05159); that are right for the shortest time; that never were right, those with the
    highest loss first; and that are wrong, those first of which the run is surest."""

    run: str
    epochs: list[int]
    images: int
    most_forgotten: DigitList
    last_learned: DigitList
    never_learned: DigitList
    confidently_wrong: DigitList
    damaged: int = 0
    classes: Classes = DIGITS


class ConfusionTold(Event, frozen=True):
    """Counts [actual][predicted] after `epoch`; `epochs` are all that can be asked for."""

    run: str
    epoch: int
    epochs: list[int]
    confusion: list[list[int]]
    damaged: int = 0
    classes: Classes = DIGITS


class LabelError(msgspec.Struct, frozen=True, kw_only=True):
    """A training image, the class it was mostly taken for, and its mean loss over the epochs, in nats."""

    index: int
    label: int
    suggested: int
    loss: float


class LabelErrorsTold(Event, frozen=True):
    """The likeliest of `total` label errors among the training `images`, the highest mean loss first.

    `images` is 0 where they are so many (from some 280,000 on) that nothing is kept of each.
    """

    run: str
    epochs: list[int]
    images: int
    total: int
    errors: list[LabelError]
    damaged: int = 0
    classes: Classes = DIGITS


class GalleryTold(Event, frozen=True):
    """Digits `start`, `start` + 1, ... of the `total` of a part of the data.

    One byte a digit: `labels` and `predicted`. Float32 (`floats_in`): `losses` in nats, `confidences` of what is
    predicted, and `margins` between that and the next likely class, fractions of 1. Of training images after an epoch
    there are losses alone, as the step of that epoch saw them, NaN for those held out. `epoch` and `step` date the
    weights; `step` is 0 where they are of the log, whose `epochs` can be asked for.
    """

    run: str
    part: Part
    epoch: int
    step: int
    total: int
    start: int
    labels: bytes
    predicted: bytes
    losses: bytes
    confidences: bytes = b""
    margins: bytes = b""
    epochs: list[int] = []
    damaged: int = 0
    classes: Classes = DIGITS


class PixelsTold(Event, frozen=True):
    """Images of a part of the data: 784 gray values each, one after the other, as in Digit, and a label byte each."""

    run: str
    part: Part
    indices: list[int]
    labels: bytes
    pixels: bytes
    classes: Classes = DIGITS


BeliefAnswer = BeliefTold | LearningTold | ConfusionTold | LabelErrorsTold | GalleryTold | PixelsTold


def floats_in(packed: bytes) -> "array[float]":
    """Return the numbers of a GalleryTold: float32, little-endian."""
    numbers = array("f")
    numbers.frombytes(packed[: len(packed) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
