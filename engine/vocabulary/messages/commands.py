"""Every command of a screen to the engine."""

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages.base import Command
from engine.vocabulary.messages.insight import NetworkCommand
from engine.vocabulary.messages.jobs import PlanJobs
from engine.vocabulary.messages.queue import QueueCommand
from engine.vocabulary.messages.run_commands import (
    CloseRun,
    DeleteRun,
    EditRun,
    EmptyTrash,
    ListRuns,
    OpenRun,
    ReadHistory,
    RestoreRun,
)


class Hello(Command, frozen=True):
    """The first line of every client; one that knows `several` runs at once is told of them (RunTold)."""

    protocol: int
    version: str
    several: bool = False


class LoadData(Command, frozen=True):
    """Find and load a data set; an empty path means the default search."""

    path: str = ""


class DownloadData(Command, frozen=True):
    """Fetch the full MNIST, or the data set of this name (known_data.py), into the default data folder."""

    name: str = ""


class CancelDownload(Command, frozen=True):
    """Stop a download, also one that began as a data set was named; nothing half-made stays."""


class ExportData(Command, frozen=True):
    """Write the loaded data set as PNG files, `path/{train,test}/<class>/<index>.png`."""

    path: str


class StartRun(Command, frozen=True):
    """Begin a run; with `fork` from a checkpoint of another one: 12@10, 12@best, 12@last.

    `queued` is the number that it had in the queue, 0 where it did not wait. With `jobs` above 1 it is one of so many
    that train at once, each in a process of its own with its share of the cores; RunBegun answers.
    """

    config: RunConfig
    fork: str = ""
    queued: int = 0
    jobs: int = 1


class ResumeRun(Command, frozen=True):
    """Continue a run of this folder from its last checkpoint, steered by `changes` (more epochs, say).

    `data` names where its data is now; empty: where it was, or what is loaded if that is the same.
    """

    run: str
    changes: dict[str, Value] = {}
    data: str = ""


class Steer(Command, frozen=True):
    """Change hyperparameters of the current run, or of the `run` of several, before its next step."""

    changes: dict[str, Value]
    run: str = ""


class StartStudy(Command, frozen=True):
    """Search hyperparameters, or go on with the study of this name (empty: a new one, with a name of its own).

    `base` is the configuration that all trials start from, `search` what they change
    (engine/vocabulary/search_space.py); an empty `search` continues what the study is. `trials` is how many it is to
    have in all, 0 as many as it has been told. `storage` is a URL or a journal's path, empty for a journal in the
    folder of runs. `jobs` trials train at once, each in a process of its own.
    """

    base: RunConfig
    search: list[str] = []
    name: str = ""
    trials: int = 0
    sampler: str = "tpe"
    pruner: str = "median"
    storage: str = ""
    jobs: int = 1


class Pause(Command, frozen=True):
    """Pause the current run or study; of several runs, `run`, or all."""

    run: str = ""


class Continue(Command, frozen=True):
    run: str = ""


class Stop(Command, frozen=True):
    """End the current run after the present step and save it. With `force`, also when it cannot be saved.

    A study is left as it is, and can be continued. With `pause_queue`, no waiting run begins in its place. Of several
    runs it is `run` that ends, or all.
    """

    force: bool = False
    pause_queue: bool = False
    run: str = ""


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
    """Try ever higher learning rates on a copy of the paused run, or, without one or if `new`, on a new network of
    `config`.

    Every screen is told of each few steps (RatesTried); StartRun, ResumeRun, Continue and StopFinding end it.
    """

    config: RunConfig
    new: bool = False


class StopFinding(Command, frozen=True):
    pass


class PredictFiles(Command, frozen=True):
    """Classify image files with a run's weights (empty: the latest run); `best` as in Evaluate.

    Where `runs` names several, they answer as one, with the mean of their calibrated probabilities.
    """

    paths: list[str]
    run: str = ""
    best: bool | None = None
    runs: list[str] = []


class Evaluate(Command, frozen=True):
    """Measure a run's weights (empty: the latest run) on the test set of a data folder (empty: the run's own).

    `best` asks for the weights of its best epoch by validation accuracy, or, where it is false, for the last ones. By
    default they are those that the run is reported with: the best ones where there are any, but the present ones of the
    run in progress.
    """

    run: str = ""
    data: str = ""
    best: bool | None = None


class DescribeModel(Command, frozen=True):
    """Ask what the network of a config consists of. A user's own is loaded for it, in a process of its own."""

    config: RunConfig


class ListStudies(Command, frozen=True):
    """Ask for the studies of this folder."""


class OpenStudy(Command, frozen=True):
    """Ask for the trials of a study of this folder."""

    study: str


class AskStatus(Command, frozen=True):
    pass


class Shutdown(Command, frozen=True):
    """Stop the current run, save it, and end the engine. With `force`, also when it cannot be saved."""

    force: bool = False


AnyCommand = (
    Hello
    | LoadData
    | DownloadData
    | CancelDownload
    | ExportData
    | StartRun
    | PlanJobs
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
    | ReadHistory
    | CloseRun
    | EditRun
    | DeleteRun
    | RestoreRun
    | EmptyTrash
    | ListStudies
    | OpenStudy
    | AskStatus
    | Shutdown
    | QueueCommand
    | NetworkCommand
)
# What a screen may ask of an engine of another version: what it does, and to end. These, and Hello and Welcome, stay.
STABLE_COMMANDS = AskStatus | Shutdown
