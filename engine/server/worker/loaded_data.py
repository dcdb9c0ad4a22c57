"""The data set that the engine keeps in memory: loads it, announces it to every screen, downloads it."""

import threading
import time
from collections.abc import Callable

import msgspec
import torch

from engine.data.dataset import examples
from engine.data.find import DataError, Dataset, find_data
from engine.data.names.download import download
from engine.server.protocols import EventSink
from engine.storage.files import in_words
from engine.storage.paths import default_data
from engine.storage.printing import say
from engine.storage.runs.record import RunRecord
from engine.training.evaluation import BATCH
from engine.training.loop import train_epochs
from engine.training.run import Run
from engine.training.step import Steps
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import DataFailed, DataProgress, DataReady
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import NAMES, known_data

LOOKING_SHARE = 0.05  # of the time, that looking for changes takes while somebody walks through digits


class Loader:
    def __init__(self, sink: EventSink) -> None:
        self.sink = sink
        self.data: Dataset | None = None
        self.path: str | None = None  # what was asked for, "" being the default search
        self.announced: DataReady | None = None  # what screens were told of `data`
        self.download: threading.Thread | None = None
        self.cancelled = threading.Event()
        self.interrupted = threading.Event()  # a command that waits for this one ends the download that it has begun
        self._state = ""  # of the files of `data`, when it was read
        self._believed_until = 0.0

    def warm_up(self) -> None:
        """Take steps that are thrown away, while nobody waits: the first use of a device loads libraries and kernels,
        which on CUDA takes seconds."""
        if self.data is None:
            return
        try:
            run = Run(
                RunConfig(epochs=1, batch_size=min(RunConfig().batch_size, len(self.data.train_labels))), self.data
            )
            take_step = Steps(run)
            take_step(torch.arange(run.config.batch_size, device=run.device))[0].item()
            if take_step.new_graph:  # a short epoch, with all that belongs to one
                list(train_epochs(Run(run.config, run.data.first(BATCH))))
            self.data = run.data  # on the run's device: the first run starts at once
        except Exception as error:  # a run will fail in the same way, and say so to those who asked for it
            say(f"warming up failed: {error}")

    def load(self, path: str, *, only: str = "") -> None:
        """Load a data set and tell every screen, unless it is loaded and its files are as they were.

        Raises DataError, also for another fingerprint than `only`; what was loaded before then stays.
        """
        began = time.perf_counter()
        try:
            source = find_data(path)
            if source.missing is not None:
                source.download(self.progress, self.interrupted.is_set)
                source = find_data(path)
            if self.data is not None and path == self.path and source.state == self._state:
                self._check(self.data, only)
                return
            data = source.read(self.progress)
            self._check(data, only)
        except DataError as error:
            self.sink.publish(DataFailed(reason=str(error)))
            raise
        before, again = self.data, path == self.path
        self.path, self._state = path, source.state
        same = before is not None and all(
            getattr(before, name) == getattr(data, name) for name in ("path", "fingerprint", "classes")
        )
        if not same:  # else the old one is already on the device
            self.data = data
        if again and same:
            return  # written anew, with the same content
        notes = list(data.notes)
        if again and before is not None:
            notes.append(f"{before.path} has changed since it was loaded; it was read again")
        self.announced = DataReady(
            kind=data.kind,
            path=data.path,
            train=len(data.train_labels),
            test=len(data.test_labels),
            sample=data.sample,
            fingerprint=data.fingerprint,
            seconds=round(time.perf_counter() - began, 3),
            notes=notes,
            check=data.check,
            classes=data.classes,
            examples=examples(data),
        )
        self.sink.publish(self.announced)

    def _check(self, data: Dataset, only: str) -> None:
        if only and data.fingerprint != only:
            raise DataError(f"{data.path}: holds other data ({data.fingerprint}) than the run was trained on ({only})")

    def data_for(self, config: RunConfig) -> Dataset:
        """Return the data set of a config, as it is on the disk now. Raises DataError."""
        if config.data or self.data is None or self.path is None:
            self.load(config.data)
        else:
            self.load(self.path)
        return self.needed()

    def classes_for(self, config: RunConfig, *, load: bool = False) -> int:
        """Return how many classes a network of this config has to tell apart, as far as its data is loaded, or is to be
        loaded for it. Raises DataError."""
        if load and config.data and config.data != self.path:
            self.load(config.data)
        return len(self.data.classes) if self.data is not None else len(DIGITS)

    def load_for(self, record: RunRecord, path: str, command: str = "") -> None:
        """Have the data of a run loaded, from where it is now, for a `command` other than to resume it. Raises
        DataError for other data."""
        loaded = self.unchanged() if not path else None
        if loaded is not None and loaded.fingerprint == record.data:
            return
        try:
            self.load(path or record.data_path, only=record.data)
        except DataError as error:
            again = f"mnist-tui {command or 'train --resume ' + record.run.partition('-')[0].lstrip('0')}"
            what = "forked" if command else "resumed"
            remedy = (
                f"`{again}` without --data continues on its own data, {record.data_path}; start a new run for other"
                " data"
                if path
                else f"restore it; where it has moved, `{again} --data FOLDER` continues with it"
            )
            raise DataError(f"run {record.run} cannot be {what}: {error}. {remedy[0].upper()}{remedy[1:]}") from error

    def unchanged(self, *, at_once: bool = True) -> Dataset | None:
        """Return what is loaded if its files are as they were, else None.

        To look through a folder of many images takes a while: unless it is to be known `at_once`, what was seen before
        is believed for some time.
        """
        if self.data is None or self.path is None:
            return None
        began = time.monotonic()
        if at_once or began >= self._believed_until:
            try:
                if find_data(self.path).state != self._state:
                    return None
            except DataError:
                return None
            now = time.monotonic()
            self._believed_until = now + (now - began) / LOOKING_SHARE
        return self.data

    def needed(self) -> Dataset:
        """Return what is loaded. Raises DataError when nothing is."""
        if self.data is None:
            raise DataError("no data set is loaded; give a folder with --data, or download MNIST")
        return self.data

    def progress(self, action: str, done: int, total: int) -> None:
        self.sink.publish(DataProgress(action=action, done=done, total=total))

    def announce(self, note: str) -> None:
        """Tell every screen again what is loaded, with a note."""
        self.sink.publish(self.with_note(note))

    def outdated(self) -> DataReady:
        """Return what is loaded, and that it is on the disk no more; a run in progress goes on with it."""
        return self.with_note("its files have changed since it was loaded; the run goes on with the data in memory")

    def with_note(self, note: str) -> DataReady:
        assert self.announced is not None
        return msgspec.structs.replace(self.announced, notes=[*self.announced.notes, note])

    def start_download(self, name: str, then: Callable[[str], None]) -> None:
        """Fetch a data set, MNIST without a name, in a thread, so that training and predictions go on; `then` is called
        there, with what to load, once it is done. Raises DataError."""
        known = known_data(name or "mnist")
        if known is None:
            raise DataError(f"{name[:40]!r}: is no data set to download; give one of {', '.join(NAMES)}")
        if self.download is not None:
            raise DataError("a download is already running")
        self.cancelled.clear()

        def fetch() -> None:
            try:
                download(default_data(), self.progress, self.cancelled.is_set, known)
            except (DataError, OSError) as error:
                self.sink.publish(DataFailed(reason=in_words(error)))
            else:
                self.path = None  # the default search may now find more
                then(known.name if name else "")
            finally:
                self.download = None

        self.download = threading.Thread(target=fetch, name="download", daemon=True)
        self.download.start()
