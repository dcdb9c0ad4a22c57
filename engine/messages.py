"""Every command and every event between a screen and the engine: the whole vocabulary on one page.

A message is one JSON line of at most MAX_LINE bytes. Commands are imperative, events past tense. A command
carries an id; the events that answer it carry the same id in `reply_to`. Times are seconds since the epoch,
durations seconds, accuracies fractions of 1, losses mean cross-entropy in nats per image.
"""

import contextlib
import typing
from collections.abc import Sequence

import msgspec

from engine.config import RunConfig, Value

PROTOCOL = 1  # to be raised when a message changes its meaning; STABLE_COMMANDS never do
ALREADY_SERVED = 3  # exit status of an engine that finds another one on its folder of runs
MAX_LINE = 1 << 20
STEP_POINTS = 64  # losses one StepsDone holds at most

# What comes from a log may have been written by anybody.
MOST = 2**53  # what a float counts exactly
Count = typing.Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Size = typing.Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Share = typing.Annotated[float, msgspec.Meta(ge=0, le=1)]
Loss = typing.Annotated[float, msgspec.Meta(ge=-1e39, le=1e39)]  # what float32 can hold
Seconds = typing.Annotated[float, msgspec.Meta(ge=0, le=1e10)]  # of a date, or a duration
Positive = typing.Annotated[float, msgspec.Meta(ge=0, le=1e30)]
Row = typing.Annotated[list[Count], msgspec.Meta(min_length=10, max_length=10)]
Confusion = typing.Annotated[list[Row], msgspec.Meta(max_length=10)]
Text = typing.Annotated[str, msgspec.Meta(max_length=20_000)]


class ProtocolError(Exception):
    """A line that is not a message of this protocol."""


def program_version() -> str:
    """Return the version that Hello and Welcome tell, "0" when the program runs uninstalled."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mnist-tui")
    except PackageNotFoundError:
        return "0"


# ------------------------------------------------------------------ commands


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command", tag=True):
    id: int = 0


class Hello(Command, frozen=True):
    """The first line of every client."""

    protocol: int
    version: str


class LoadData(Command, frozen=True):
    """Find and load a data set; an empty path means the default search."""

    path: str = ""


class DownloadData(Command, frozen=True):
    """Fetch the full MNIST into the default data folder."""


class CancelDownload(Command, frozen=True):
    """Stop a download; nothing half-made stays."""


class ExportData(Command, frozen=True):
    """Write the loaded data set as PNG files, `path/{train,test}/<digit>/<index>.png`."""

    path: str


class StartRun(Command, frozen=True):
    config: RunConfig


class ResumeRun(Command, frozen=True):
    """Continue a run of this folder from its last checkpoint, steered by `changes` (more epochs, say)."""

    run: str
    changes: dict[str, Value] = {}


class Steer(Command, frozen=True):
    """Change hyperparameters of the current run, before its next step."""

    changes: dict[str, Value]


class StartStudy(Command, frozen=True):
    """Search hyperparameters, or go on with the study of this name (empty: a new one, with a name of its own).

    `base` is the configuration that all trials start from, `search` what they change (engine/search.py); an empty
    `search` continues what the study is. `trials` is how many it is to have in all, 0 as many as it has been told.
    `storage` is a URL or a journal's path, empty for a journal in the folder of runs.
    """

    base: RunConfig
    search: list[str] = []
    name: str = ""
    trials: int = 0
    sampler: str = "tpe"
    pruner: str = "median"
    storage: str = ""


class Pause(Command, frozen=True):
    """Pause the current run or study."""


class Continue(Command, frozen=True):
    pass


class Stop(Command, frozen=True):
    """End the current run after the present step and save it. With `force`, also when it cannot be saved.

    A study is left as it is, and can be continued.
    """

    force: bool = False


class Predict(Command, frozen=True):
    """Classify `count` test images, walking from index `start` in steps of `step` (1 or -1), around the end.

    With `only_wrong`, right answers are passed over; `actual` and `predicted`, where not -1, keep those alone.
    `run` names a run by its folder, empty means the live one, or the latest.
    """

    start: int
    count: int = 1
    step: int = 1
    only_wrong: bool = False
    actual: int = -1
    predicted: int = -1
    run: str = ""


class PreviewAugmentation(Command, frozen=True):
    """Distort a training image `count` times as a run with this config would."""

    config: RunConfig
    index: int = 0
    count: int = 8


class FindRate(Command, frozen=True):
    """Try ever higher learning rates on a copy of the paused run, or, without one, on a new network of `config`.

    Every screen is told of each few steps (RatesTried); StartRun, ResumeRun, Continue and StopFinding end it.
    """

    config: RunConfig


class StopFinding(Command, frozen=True):
    pass


class PredictFiles(Command, frozen=True):
    """Classify image files with a run's weights (empty: the latest run)."""

    paths: list[str]
    run: str = ""


class Evaluate(Command, frozen=True):
    """Measure a run's last weights (empty: the latest run) on the test set of a data folder (empty: the run's own).

    With `best`, the weights of its best epoch by validation accuracy.
    """

    run: str = ""
    data: str = ""
    best: bool = False


class DescribeModel(Command, frozen=True):
    """Ask what the network of a config consists of. A user's own is loaded for it: its code runs."""

    config: RunConfig


class ListRuns(Command, frozen=True):
    pass


class OpenRun(Command, frozen=True):
    """Ask for the whole history of a run of this folder."""

    run: str


class AskStatus(Command, frozen=True):
    pass


class Shutdown(Command, frozen=True):
    """Stop the current run, save it, and end the engine. With `force`, also when it cannot be saved."""

    force: bool = False


# -------------------------------------------------------------------- events


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event", tag=True):
    reply_to: int = 0


class Welcome(Event, frozen=True):
    """The first line of the engine; all the rest of what it knows follows in a Snapshot."""

    protocol: int
    version: str
    pid: int
    checkpoints: str
    processes: int = 1  # that train together, this one among them


class EngineReady(Event, frozen=True):
    """torch is loaded and a device chosen; `device_name` is what its maker calls it."""

    device: str
    device_name: str
    torch: str
    threads: int


class EngineFailed(Event, frozen=True):
    """The engine cannot work at all (torch does not import, say)."""

    reason: str


class DataProgress(Event, frozen=True):
    """Images decoded, or bytes downloaded, so far."""

    action: str
    done: int
    total: int


class DataReady(Event, frozen=True):
    """The data set in memory. `sample` marks the 5,000 digits that ship with the program."""

    kind: str
    path: str
    train: int
    test: int
    sample: bool
    fingerprint: str
    seconds: float
    notes: list[str] = []


class DataFailed(Event, frozen=True):
    reason: str


class RunStarted(Event, frozen=True):
    """A run began, or was resumed when `step` is not 0."""

    run: Text
    time: Seconds
    config: RunConfig
    device: Text
    parameters: Count
    train_images: Size
    test_images: Size
    sample: bool
    steps_per_epoch: Size
    step: Count = 0
    epoch: Count = 0


class StepsDone(Event, frozen=True):
    """Training losses since the last one. `losses` are means over `stride` steps each, ending at `step`.

    Together they stand for `steps` steps, the last of them for fewer where that is no multiple of `stride`
    (0: it is one).
    """

    run: Text
    step: Count
    epoch: Count
    stride: Size
    losses: typing.Annotated[list[Loss], msgspec.Meta(max_length=STEP_POINTS)]
    images_per_s: Positive
    steps: Count = 0


class EpochDone(Event, frozen=True):
    """An epoch and its test. Training figures are running means over the epoch, with dropout on.

    `confusion[actual][predicted]` counts test images. `seconds` are of training, without the test. The validation
    figures are of the training images that are held out, None where there are none. `dead` is the share of units that
    no test image makes fire, `input_share` that of a step's time in which its images are made (engine/vitals.py).
    """

    run: Text
    epoch: Count
    step: Count
    train_loss: Loss
    train_accuracy: Share
    test_loss: Loss
    test_accuracy: Share
    seconds: Seconds
    test_seconds: Seconds
    lr: Positive
    confusion: Confusion
    validation_loss: Loss | None = None
    validation_accuracy: Share | None = None
    dead: Share = 0.0
    input_share: Share = 0.0


class Steered(Event, frozen=True):
    """Hyperparameters changed; `config` is what holds from `step` on."""

    run: Text
    step: Count
    changes: dict[str, Value]
    config: RunConfig


class Paused(Event, frozen=True):
    run: Text
    step: Count


class Continued(Event, frozen=True):
    run: Text
    step: Count


class CheckpointSaved(Event, frozen=True):
    run: Text
    step: Count
    file: Text


class SavingFailed(Event, frozen=True):
    """The disk does not take the run's log or checkpoint: the run waits, in memory, until it does.

    Told anew when the reason changes; any later event of the run means that it goes on. It is in no log.
    """

    run: Text
    step: Count
    reason: Text


class RunEnded(Event, frozen=True):
    """`state` is finished, stopped or failed; `reason` says why when it failed."""

    run: Text
    step: Count
    time: Seconds
    state: Text
    reason: Text = ""


class TrialSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One trial of a study: what it changes of the base configuration, and its figures on the validation images.

    `state` is waiting, running, finished, pruned, failed, or lost (its engine is gone; another trial takes its place).
    """

    number: Count
    state: Text
    changes: dict[str, Value] = {}
    accuracy: Share | None = None
    loss: Loss | None = None
    epochs: Count = 0
    seconds: Seconds = 0.0
    base: bool = False
    reason: Text = ""


class StudyStarted(Event, frozen=True):
    """A study began or goes on; a TrialTold for each of its trials so far follows. `search` as in StartStudy."""

    study: Text
    time: Seconds
    base: RunConfig
    search: list[Text]
    trials: Count
    sampler: Text
    pruner: Text
    storage: Text
    validation_images: Count = 0


class TrialTold(Event, frozen=True):
    """How a trial stands now, whichever engine trains it."""

    study: Text
    trial: TrialSummary


class ImportancesTold(Event, frozen=True):
    """The share that each field has in what makes good trials good."""

    study: Text
    importances: dict[str, Share]


class StudyPaused(Event, frozen=True):
    """Nothing is trained until Continue; `reason` says why where nobody asked for it (a storage, say)."""

    study: Text
    reason: Text = ""


class StudyContinued(Event, frozen=True):
    study: Text


class StudyEnded(Event, frozen=True):
    """`state` is finished, stopped or failed; `reason` says why when it failed."""

    study: Text
    state: Text
    reason: Text = ""


class Digit(msgspec.Struct, frozen=True, kw_only=True):
    """One test image: 784 gray values row by row (0 background, 255 ink), and what the network makes of it."""

    index: int
    pixels: bytes
    actual: int
    predicted: int
    probabilities: list[float]


class Predicted(Event, frozen=True):
    """`digits` may be fewer than asked for when only wrong ones were wanted. `step` dates the weights."""

    run: str
    step: int
    digits: list[Digit]


class AugmentationPreviewed(Event, frozen=True):
    """A training image distorted several times: 784 gray values each, as in Digit."""

    index: int
    label: int
    pixels: list[bytes]


class RatesTried(Event, frozen=True):
    """What the learning-rate finder has seen so far: the loss at each rate, and the same smoothed.

    Once `done`: the rate at which the loss falls most steeply, and a tenth of that of the lowest loss; 0 where too few
    losses are numbers. `problem` says why it ended early.
    """

    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    done: bool
    steepest: float = 0.0
    decade_below: float = 0.0
    problem: str = ""


class FilePrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A classified file, or why it could not be (`error`). `pixels` is what the network saw."""

    path: str
    predicted: int = -1
    probabilities: list[float] = []
    pixels: bytes = b""
    treatment: str = ""
    error: str = ""


class FilesPredicted(Event, frozen=True):
    run: str
    files: list[FilePrediction]


class Evaluated(Event, frozen=True):
    run: str
    data: str
    images: int
    loss: float
    accuracy: float
    confusion: list[list[int]]


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a network; `shape` is of what it makes of one image, empty when it was not called."""

    name: str
    kind: str
    shape: list[int]
    parameters: int


class ModelDescribed(Event, frozen=True):
    """The network of this name, width and depth.

    `flops` are of the forward pass of one image, a multiplication and an addition being two. `more` layers are left
    out.
    """

    model: str
    width: float
    depth: int
    parameters: int
    flops: int
    layers: list[Layer]
    more: int = 0


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of runs. `state` is running, paused, finished, stopped, failed or interrupted."""

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
    resumable: bool = False
    problem: str = ""


class RunsListed(Event, frozen=True):
    """All runs, newest first. Many come in several parts, as in a Snapshot."""

    runs: list[RunSummary]
    first: bool = True
    last: bool = True


class RunOpened(Event, frozen=True):
    """The history of a run, steps merged where there are many; `skipped` counts unreadable lines of its log.

    A long history comes in several parts, as in a Snapshot.
    """

    summary: RunSummary
    history: list["RunEvent"]
    skipped: int = 0
    first: bool = True
    last: bool = True


class Snapshot(Event, frozen=True):
    """All that a screen needs to draw the engine as it is now, as events to apply in order.

    A long history comes in several parts; `first` begins anew, `last` ends it.
    """

    events: list["StateEvent"]
    first: bool = True
    last: bool = True


class Printed(Event, frozen=True):
    """Lines that the engine process wrote to its output, its warnings among them."""

    lines: list[str]


class StatusTold(Event, frozen=True):
    pid: int
    uptime: float
    memory: int
    clients: int
    state: str
    run: str = ""
    step: int = 0
    epoch: int = 0
    last_error: str = ""


class CommandDone(Event, frozen=True):
    """The command was carried out and has no other answer."""


class CommandFailed(Event, frozen=True):
    reason: str


RunEvent = RunStarted | StepsDone | EpochDone | Steered | Paused | Continued | CheckpointSaved | SavingFailed | RunEnded
StudyEvent = StudyStarted | TrialTold | ImportancesTold | StudyPaused | StudyContinued | StudyEnded
StateEvent = RunEvent | StudyEvent | EngineReady | EngineFailed | DataReady | DataFailed | DataProgress | Printed
AnyEvent = (
    StateEvent
    | Welcome
    | Snapshot
    | Predicted
    | AugmentationPreviewed
    | RatesTried
    | FilesPredicted
    | Evaluated
    | ModelDescribed
    | RunsListed
    | RunOpened
    | StatusTold
    | CommandDone
    | CommandFailed
)
AnyCommand = (
    Hello
    | LoadData
    | DownloadData
    | CancelDownload
    | ExportData
    | StartRun
    | StartStudy
    | ResumeRun
    | Steer
    | Pause
    | Continue
    | Stop
    | Predict
    | PreviewAugmentation
    | FindRate
    | StopFinding
    | PredictFiles
    | Evaluate
    | DescribeModel
    | ListRuns
    | OpenRun
    | AskStatus
    | Shutdown
)


class _LooseSnapshot(msgspec.Struct, tag_field="event", tag="Snapshot"):
    events: list[msgspec.Raw]
    first: bool = True
    last: bool = True


# What a screen may ask of an engine of another version: what it does, and to end. These, and Hello and Welcome, stay.
STABLE_COMMANDS = AskStatus | Shutdown

_encoder = msgspec.json.Encoder()
_commands: "msgspec.json.Decoder[AnyCommand]" = msgspec.json.Decoder(AnyCommand)
_events: "msgspec.json.Decoder[AnyEvent]" = msgspec.json.Decoder(AnyEvent)
_loose_snapshots = msgspec.json.Decoder(_LooseSnapshot)
_run_events: "msgspec.json.Decoder[RunEvent]" = msgspec.json.Decoder(RunEvent)
T = typing.TypeVar("T")


def encode(message: msgspec.Struct) -> bytes:
    """Return the message as one JSON line with its newline. Raises ProtocolError beyond MAX_LINE bytes."""
    try:
        line = _encoder.encode(message) + b"\n"
    except UnicodeEncodeError:  # the name of a file is not UTF-8; a broken name is better than a broken connection
        line = _encoder.encode(_without_surrogates(msgspec.to_builtins(message))) + b"\n"
    if len(line) > MAX_LINE:
        raise ProtocolError(f"{type(message).__name__} of {len(line)} bytes is over the limit of {MAX_LINE}")
    return line


def decode_command(line: bytes) -> AnyCommand:
    """Raises ProtocolError."""
    return _decode(_commands, line)


def decode_event(line: bytes) -> AnyEvent:
    """Raises ProtocolError."""
    return _decode(_events, line)


def decode_known(line: bytes) -> AnyEvent | None:
    """Read what can be read of a line of another version's engine: an event that is known here, or None.

    Of a Snapshot the parts that are known.
    """
    with contextlib.suppress(ProtocolError):
        return decode_event(line)
    with contextlib.suppress(ProtocolError):
        snapshot = _decode(_loose_snapshots, line)
        parts = [part for raw in snapshot.events if isinstance(part := decode_known(raw), StateEvent)]
        return Snapshot(events=parts, first=snapshot.first, last=snapshot.last)
    return None


def decode_run_event(line: bytes) -> RunEvent:
    """Read one line of `events.jsonl`. Raises ProtocolError."""
    return _decode(_run_events, line)


def _decode(decoder: "msgspec.json.Decoder[T]", line: bytes) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(str(error)) from error


def _without_surrogates(content: object) -> object:
    if isinstance(content, str):
        return content.encode(errors="replace").decode()
    if isinstance(content, list):
        return [_without_surrogates(item) for item in content]
    if isinstance(content, dict):
        return {_without_surrogates(key): _without_surrogates(value) for key, value in content.items()}
    return content


# ------------------------------------------------------------ merging steps


def merge_steps(earlier: StepsDone, later: StepsDone) -> StepsDone:
    """Return one event for two neighbours of a run, halving the resolution as often as STEP_POINTS asks for.

    A screen that cannot keep up, and one that attaches late, get the same curve from fewer points.
    """
    groups = [*_groups(earlier), *_groups(later)]
    steps = sum(count for count, _ in groups)
    stride = max(1, earlier.stride, later.stride)
    while steps > stride * STEP_POINTS:
        stride *= 2
    losses = coarsen(groups, stride)
    return msgspec.structs.replace(later, stride=min(stride, MOST), losses=losses, steps=min(steps, MOST))


def _groups(event: StepsDone) -> list[tuple[int, float]]:
    """Return each loss with the number of steps it is the mean of."""
    stride = max(1, event.stride)
    full = len(event.losses) - 1
    last = max(1, event.steps - stride * full) if event.steps else stride
    return [(stride if i < full else last, loss) for i, loss in enumerate(event.losses)]


def coarsen(groups: Sequence[tuple[int, float]], stride: int) -> list[float]:
    """Return means over `stride` steps each for (steps, mean loss) in order; the last may be over fewer.

    Cut from the beginning: what is there already is not cut anew, and blurred, with each merge.
    """
    means: list[float] = []
    total, room = 0.0, stride
    for steps, loss in groups:
        while steps:
            taken = min(steps, room)
            total, room, steps = total + taken * loss, room - taken, steps - taken
            if not room:
                means.append(total / stride)
                total, room = 0.0, stride
    if room < stride:
        means.append(total / (stride - room))
    return means
