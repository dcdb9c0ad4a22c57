"""Answers to questions from screens, and their parts."""

import msgspec

from engine.vocabulary.fields import Value
from engine.vocabulary.messages.base import DIGITS, Classes, Count, Event
from engine.vocabulary.messages.run_events import EpochFigures, RunEvent
from engine.vocabulary.messages.tracker_events import TrackerTold


class Digit(msgspec.Struct, frozen=True, kw_only=True):
    """One test image: 784 gray values row by row (0 background, 255 ink), and what the network makes of it.

    Where its weights have a temperature, `probabilities` are calibrated, and `uncalibrated` those without.
    """

    index: int
    pixels: bytes
    actual: int
    predicted: int
    probabilities: list[float]
    uncalibrated: list[float] = []


class Predicted(Event, frozen=True):
    """`digits` may be fewer than asked for when only wrong ones were wanted. `step` dates the weights.

    `start` repeats that of the question: a screen that has asked another one since knows the answer for an old one.
    `temperature` is that of the probabilities, None where none was fitted.
    """

    run: str
    step: int
    digits: list[Digit]
    start: int = -1
    temperature: float | None = None


class AugmentationPreviewed(Event, frozen=True):
    """A training image distorted several times: 784 gray values each, as in Digit."""

    index: int
    label: int
    pixels: list[bytes]


class RatesTried(Event, frozen=True):
    """What the learning-rate finder has seen so far: the loss at each rate, and the same smoothed.

    Once `done`: the rate at which the loss falls most steeply, and a tenth of that of the lowest loss; 0 where the loss
    never surely fell, or too few losses are numbers. `problem` says why it ended early.
    """

    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    done: bool
    steepest: float = 0.0
    decade_below: float = 0.0
    problem: str = ""


class FilePrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A classified file, or why it could not be (`error`). `pixels` is what the network saw.

    `votes` is what each of several runs says alone, in their order.
    """

    path: str
    predicted: int = -1
    probabilities: list[float] = []
    pixels: bytes = b""
    treatment: str = ""
    error: str = ""
    votes: list[int] = []


class FilesPredicted(Event, frozen=True):
    """`epoch`, `steps` and `best` say which weights were used, as in Evaluated; of several runs those of the first.

    `temperature` is that of the probabilities, None where none was fitted. Several `runs` answer as one, with the mean
    of their probabilities, each at its own of `temperatures`.
    """

    run: str
    files: list[FilePrediction]
    epoch: int = 0
    steps: int = 0
    best: bool = False
    classes: Classes = DIGITS
    temperature: float | None = None
    runs: list[str] = []
    temperatures: list[float | None] = []


class Evaluated(Event, frozen=True):
    run: str
    data: str
    images: int
    loss: float
    accuracy: float
    confusion: list[list[int]]
    epoch: int = 0  # finished, when the weights were saved
    steps: int = 0  # of the next epoch, by then
    best: bool = False  # of these epochs, by validation accuracy
    classes: Classes = DIGITS  # the names of the labels


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a network; `shape` is of what it makes of one image, empty when it was not called."""

    name: str
    kind: str
    shape: list[int]
    parameters: int


class ModelDescribed(Event, frozen=True):
    """The network of this name, width and depth.

    `flops` are of the forward pass of one image, a multiplication and an addition being two. `more` layers are left
    out. `notes` are what its owner should know before it is trained.
    """

    model: str
    width: float
    depth: int
    parameters: int
    flops: int
    layers: list[Layer]
    more: int = 0
    notes: list[str] = []


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of runs. `state` is running, paused, finished, stopped, failed or interrupted.

    Test and validation figures are of the last epoch; `best` has those of the best one by validation accuracy, None
    where no images are held out. `began` has the values at the start of what was `steered` on the way. `title`, `note`
    and `star` are the user's own. `seconds` are of training, without the tests. A run whose `parent` is not empty
    began with the weights of that one after its epoch `parent_epoch`.
    """

    run: str
    state: str
    started: float
    model: str
    epoch: int
    epochs: int
    sample: bool
    test_accuracy: float | None = None
    test_loss: float | None = None
    lr: float = 0.0
    changes: dict[str, Value] = {}  # what is not at its default, but for network, epochs and machine
    resumable: bool = False
    problem: str = ""
    validation_accuracy: float | None = None
    best: EpochFigures | None = None
    steered: bool = False
    began: dict[str, Value] = {}
    data: str = ""  # fingerprint of its data set
    known_data: str = ""  # the name of that, where it is one that is known by name
    class_count: Count = len(DIGITS)
    title: str = ""
    note: str = ""
    star: bool = False
    parent: str = ""
    parent_epoch: int = 0
    parent_step: int = 0
    parameters: int = 0  # 0: not known
    seconds: float = 0.0
    seed: int = 0
    device: str = ""
    machine: dict[str, Value] = {}  # what of the machine is not at its default, but for device and data
    images_per_s: float = 0.0  # of its last epoch in training, 0: not known
    tested_per_s: float = 0.0  # images per second of the test after it
    trackers: list[TrackerTold] = []  # what it is logged to


class RunsListed(Event, frozen=True):
    """All runs, newest first. Many come in several parts, as in a Snapshot."""

    runs: list[RunSummary]
    first: bool = True
    last: bool = True


class RunsChanged(Event, frozen=True):
    """A run was renamed, deleted or restored, or the like: who shows the list asks for it again.

    `deleted` is the run that is in the trash now, and not shown any more.
    """

    deleted: str = ""


class RunOpened(Event, frozen=True):
    """The history of a run, steps merged where there are many; `skipped` counts unreadable lines of its log.

    A long history comes in several parts, as in a Snapshot.
    """

    summary: RunSummary
    history: list[RunEvent]
    skipped: int = 0
    first: bool = True
    last: bool = True


class HistoryRead(Event, frozen=True):
    """The history of a run to draw beside others, in parts as in RunOpened. `problem` says why it cannot be read."""

    run: str
    history: list[RunEvent]
    first: bool = True
    last: bool = True
    problem: str = ""


class StatusTold(Event, frozen=True):
    """`doing` is what the training thread does, "" while it waits for a command. `stalled` counts the seconds without
    a step where steps should be made, 0 where they come as usual. `unsaved` steps are in no checkpoint yet."""

    pid: int
    uptime: float
    memory: int
    clients: int
    state: str
    run: str = ""
    step: int = 0
    epoch: int = 0
    last_error: str = ""
    doing: str = ""
    stalled: float = 0.0
    unsaved: int = 0


class CommandDone(Event, frozen=True):
    """The command was carried out and has no other answer."""


class CommandFailed(Event, frozen=True):
    """`renew`: a new engine, in place of this one, which nothing keeps busy, would carry it out. `busy`: it could be
    done once nothing trains; a run can wait in the queue until then."""

    reason: str
    renew: bool = False
    busy: bool = False
