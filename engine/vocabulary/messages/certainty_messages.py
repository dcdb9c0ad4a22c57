"""How sure networks are and how sure they may be: calibration, robustness, several as one, two compared.

`probabilities` in other messages are calibrated where the weights have a `temperature`. Figures of test images leave
their uncertainty to who shows them: tui/state/significance.py has Wilson's interval and McNemar's test.
"""

import typing

import msgspec

from engine.vocabulary.messages.base import DIGITS, Classes, Command, Count, Event, Share, Text

MOST_BINS = 100
MOST_TOGETHER = 20  # runs in one question
MOST_LISTED = 500  # digits in one answer
CORRUPTION_NAMES = (
    "rotation", "shift", "scale", "shear", "noise", "speckle-noise", "shot-noise", "impulse-noise", "blur", "contrast",
    "brightness", "occlusion",
)  # fmt: skip
Names = typing.Annotated[list[Text], msgspec.Meta(min_length=1, max_length=MOST_TOGETHER)]


class MeasureCalibration(Command, frozen=True):
    """Ask whether a run is as sure as it is right, on its test images; `run`, `data` and `best` as in Evaluate.

    `bins` hold equally many images each. `threshold` is looked at besides the usual ones (0: none). `accuracy` is the
    share of right answers that a reject threshold is chosen for, on the images held out. CalibrationMeasured answers.
    """

    run: str = ""
    data: str = ""
    best: bool | None = None
    bins: typing.Annotated[int, msgspec.Meta(ge=1, le=MOST_BINS)] = 15
    threshold: Share = 0.0
    accuracy: Share = 0.999


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Images of similar confidence, from `lowest` to `highest`: the mean of it, and the share of them that is right."""

    images: Count
    lowest: Share
    highest: Share
    confidence: float
    accuracy: Share


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Mean `confidence` in the predicted class, expected calibration `error` (bins of equally many images), mean
    negative `log_likelihood` in nats, `brier` score (0 to 2, summed over classes)."""

    confidence: float
    error: float
    log_likelihood: float
    brier: float
    bins: list[ReliabilityBin]


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """At a confidence of at least `threshold` it answers a share `coverage` of the images; of these a share `accuracy`
    is right, None where it answers none."""

    threshold: float
    coverage: Share
    accuracy: Share | None
    answered: Count


class CalibrationMeasured(Event, frozen=True):
    """`before` is at temperature 1, `after` at the run's, None where it has none; `note` then says why, and what to do.

    `fitted` tells a temperature that was fitted for this answer, to weights that an earlier version saved without; from
    then on they have it. `rejections` go by
    the probabilities that are shown. `chosen` is the lowest threshold with `aim` of the answers right among the images
    held out, measured on the test images; None where no images are held out, or no threshold reaches it.
    """

    run: str
    data: str
    images: int
    accuracy: float
    before: Calibration
    after: Calibration | None = None
    temperature: float | None = None
    fitted: bool = False
    note: str = ""
    rejections: list[Rejection] = []
    aim: float = 0.0
    chosen: Rejection | None = None
    held_out: int = 0
    epoch: int = 0
    steps: int = 0
    best: bool = False
    classes: Classes = DIGITS


class MeasureRobustness(Command, frozen=True):
    """Ask how right runs stay on corrupted test images (engine/insight/certainty/corruptions.py), beside each other.

    `corruptions` are names, none: all. `images` are the first so many test images, 0: all. RobustnessMeasured answers;
    others of it, not `done`, tell every screen on the way how far it is.
    """

    runs: Names
    data: str = ""
    best: bool | None = None
    corruptions: typing.Annotated[list[Text], msgspec.Meta(max_length=50)] = []
    images: Count = 0


class RobustnessRow(msgspec.Struct, frozen=True, kw_only=True):
    """A corruption at a `strength` of 1 to 5, an `amount` of a `unit`, and how many images each run has right."""

    corruption: str
    strength: int
    amount: float
    unit: str
    right: list[int]


class RobustnessMeasured(Event, frozen=True):
    """How many of `images` each of `runs` has right: untouched (`clean`), and corrupted, so far, of `of` rows."""

    runs: list[str]
    data: str
    images: int
    clean: list[int] = []
    rows: list[RobustnessRow] = []
    of: int = 0
    done: bool = False
    epochs: list[int] = []


class EvaluateTogether(Command, frozen=True):
    """Ask what several runs are worth as one, which answers with the mean of their calibrated probabilities.

    `data` and `best` as in Evaluate. TogetherEvaluated answers.
    """

    runs: Names
    data: str = ""
    best: bool | None = None


class DisputedDigit(msgspec.Struct, frozen=True, kw_only=True):
    """A test image that runs see differently: what each predicts, in the order of the runs, and all `together`."""

    index: Count
    actual: int
    predicted: list[int]
    together: int = -1


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One of several runs: how many images it has `right`, and how many of these, or of the others, all together have
    wrong (`only_alone`) or right (`only_together`): what McNemar's test compares."""

    run: str
    epoch: int
    temperature: float | None
    right: int
    log_likelihood: float
    only_alone: int
    only_together: int


class TogetherEvaluated(Event, frozen=True):
    """Several runs as one, `right` on so many of `images`, beside each alone.

    `disputed` images are seen differently by two runs at least; the first of them are in `digits`. `together` has the
    calibration of the mean.
    """

    data: str
    images: int
    right: int
    together: Calibration
    members: list[Member]
    disputed: int
    digits: list[DisputedDigit]
    classes: Classes = DIGITS


class ComparePredictions(Command, frozen=True):
    """Ask on which test images two runs differ; both are to be tested on the same. PredictionsCompared answers."""

    a: str
    b: str
    data: str = ""
    best: bool | None = None


class PredictionsCompared(Event, frozen=True):
    """How many test images both runs, one alone, or neither has right; the first of those that they see differently are
    in `digits`, of `differ`."""

    a: str
    b: str
    data: str
    images: int
    both: int
    only_a: int
    only_b: int
    neither: int
    differ: int
    digits: list[DisputedDigit]
    epochs: list[int] = []
    classes: Classes = DIGITS


class StopMeasuring(Command, frozen=True):
    """End all answers that take long and are being computed; who asked for them is told."""


CertaintyCommand = MeasureCalibration | MeasureRobustness | EvaluateTogether | ComparePredictions | StopMeasuring
CertaintyEvent = CalibrationMeasured | RobustnessMeasured | TogetherEvaluated | PredictionsCompared
