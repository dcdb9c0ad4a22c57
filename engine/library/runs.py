"""The runs of a folder, and one of them: what was recorded, its digits, and what its network says of others."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from engine.library.digits import digits_of
from engine.library.histories import History, confusion_of, reader_of
from engine.library.table import Kind, Table
from engine.storage.paths import default_checkpoints
from engine.storage.runs.folders import RunError, find_run, run_names
from engine.storage.runs.record import RunRecord, read_record
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import RunEvent

T = TypeVar("T")
Images = npt.NDArray[np.uint8]
RECORDED: dict[str, Kind] = {
    "run": str, "title": str, "star": bool, "state": str, "started": float, "epoch": int, "step": int,
    "test_loss": float, "test_accuracy": float, "validation_loss": float, "validation_accuracy": float,
    "best_epoch": float, "parameters": int, "seconds": float, "images_per_s": float, "parent": str,
    "device_used": str, "data_path": str,
}  # fmt: skip
AT_ONCE = 1000  # images, to bound the memory that a network takes
CONFIG: dict[str, Kind] = {name: field.kind for name, field in FIELDS.items()}


class Runs:
    """The runs of a folder, oldest first; they may be trained meanwhile.

    `runs[3]` is the run number 3, `runs["0003-seed-cnn"]` the same by its name.
    """

    def __init__(self, checkpoints: str | Path | None = None) -> None:
        """Without a folder: where `mnist-tui` keeps its runs. Raises RunError for a folder that is not there."""
        self.folder = Path(checkpoints).expanduser() if checkpoints is not None else default_checkpoints()
        if not self.folder.is_dir():
            raise RunError(f"{self.folder}: is no folder; give that of your runs, as --checkpoints is given")

    @property
    def names(self) -> list[str]:
        return run_names(self.folder)

    @property
    def latest(self) -> "SavedRun":
        """The run with the highest number. Raises RunError."""
        return SavedRun(find_run(self.folder))

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator["SavedRun"]:
        return (SavedRun(self.folder / name) for name in self.names)

    def __getitem__(self, name: str | int) -> "SavedRun":
        """Return a run by its number or name. Raises RunError."""
        if isinstance(name, slice):
            raise TypeError(f"runs are taken by number or name, one at a time; list(runs) can be sliced, not {name}")
        if not name or str(name).startswith("-"):
            raise RunError(f"there is no run {name or 0}; numbers begin with 1, and `latest` is the last one")
        return SavedRun(find_run(self.folder, str(name)))

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a run of this number or name."""
        try:
            return isinstance(name, str | int | np.integer) and bool(self[str(name)])
        except RunError:
            return False

    def __repr__(self) -> str:
        return f"Runs({str(self.folder)!r}): {', '.join(self.names) or 'none yet'}"

    @property
    def table(self) -> Table:
        """A row for each run: what became of it, the figures of its last epoch, and its hyperparameters.

        Runs whose record cannot be read are left out, with a warning.
        """
        return Table.of({**RECORDED, **CONFIG}, self._of_each(lambda run: row_of(run.record)).values())

    @property
    def epochs(self) -> Table:
        """The epochs of all runs, with the name of the run in the first column."""
        return Table.joined(self._of_each(lambda run: run.epochs))

    def _of_each(self, get: Callable[["SavedRun"], T]) -> dict[str, T]:
        """Return what each run has, by its name; one that is gone, or cannot be read, is left out with a warning."""
        found = {}
        for run in self:
            try:
                found[run.name] = get(run)
            except RunError as error:
                warnings.warn(str(error), stacklevel=3)
        return found


class SavedRun:
    """A run on disk. Everything is read when it is asked for: a run in progress has more the next time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        return self.folder.name

    def __repr__(self) -> str:
        return f"SavedRun({self.name!r})"

    @property
    def record(self) -> RunRecord:
        """What `run.json` has: configuration, state, versions, data. Raises RunError."""
        return read_record(self.folder)

    @property
    def config(self) -> RunConfig:
        return self.record.config

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its labels."""
        return self.record.classes

    def events(self) -> Iterator[RunEvent]:
        """Yield all that was recorded, from the start to the end. Raises RunError, OSError."""
        return iter(reader_of(self.folder))

    @property
    def history(self) -> History:
        """Its log, read once: the tables below, without reading it for each.

        Where lines of it cannot be read, a warning says so. Raises RunError, OSError.
        """
        history = History.read(self.folder)
        if history.problem:
            warnings.warn(f"{self.name}: {history.problem}", stacklevel=2)
        return history

    @property
    def epochs(self) -> Table:
        """Losses, accuracies and durations of each epoch."""
        return self.history.epochs

    @property
    def steps(self) -> Table:
        """Loss, accuracy and learning rate while it trained."""
        return self.history.steps

    @property
    def changes(self) -> Table:
        """What was steered, and when."""
        return self.history.changes

    @property
    def machine(self) -> Table:
        """Processor, memory and GPUs while it trained."""
        return self.history.machine

    def confusion(self, epoch: int = 0) -> npt.NDArray[np.int64]:
        """Return the counts [actual, predicted] of test images after an epoch, 0 for the last one. Raises RunError."""
        return confusion_of(self.history, self.name, epoch)

    def digits(self, epoch: int = 0) -> Table:
        """Return a row for each test digit after an epoch, 0 for the last one that was kept: label, prediction,
        confidence, margin, loss and probabilities. Raises RunError."""
        return digits_of(self.folder, self.classes, epoch)

    # ------------------------------------------------------------------ what needs torch

    def data(self, part: Literal["test", "train"] = "test") -> tuple[Images, npt.NDArray[np.int64]]:
        """Return images uint8 [N, 28, 28] and labels [N] of the data that it was trained on.

        Raises DataError where they are gone, or have changed since.
        """
        from engine.insight.runs.find import AskedRuns

        found = AskedRuns(self.folder.parent).data_of(self.name, None, None)
        images, labels = (getattr(found, f"{part}_{what}").cpu().numpy() for what in ("images", "labels"))
        return images, labels

    def predict(self, images: Images, best: bool | None = None) -> npt.NDArray[np.float32]:
        """Return probabilities float32 [N, classes] for images uint8 [N, 28, 28] in MNIST's form, as `data` has them.

        `best`: with the weights of its best epoch by validation accuracy, or its last; None: the best where it has
        them. They are calibrated where images were held out. Raises ValueError for other images, RunError,
        CheckpointError, and NetworkError for a network of somebody else's code.
        """
        import torch

        from engine.insight.runs.find import AskedRuns

        images = np.asarray(images)
        images = images[np.newaxis] if images.ndim == 2 else images
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(f"the images are {images.dtype} {list(images.shape)}; give uint8 [N, 28, 28], ink bright")
        network = AskedRuns(self.folder.parent).chosen(self.name, None, best)
        pixels = torch.from_numpy(np.require(images, requirements=["C", "W"]))
        starts = range(0, len(pixels), AT_ONCE)
        parts = [network.probabilities(pixels[start : start + AT_ONCE])[0] for start in starts]
        return torch.cat(parts).numpy() if parts else np.zeros((0, len(network.classes)), np.float32)


def row_of(record: RunRecord) -> list[Any]:
    figures = {name: getattr(record, name, None) for name in RECORDED}
    figures["best_epoch"] = record.best.epoch if record.best is not None else None
    figures["device_used"] = record.device
    config = msgspec.structs.asdict(record.config)
    return [*figures.values(), *(config[name] for name in CONFIG)]
