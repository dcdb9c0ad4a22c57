"""The data set that the engine keeps in memory: loaded, told to every screen, downloaded."""

import threading
import time
from collections.abc import Callable

import msgspec

from engine.config import RunConfig
from engine.data import DataError, Dataset, load_data
from engine.download import download
from engine.messages import DataFailed, DataProgress, DataReady
from engine.paths import default_data
from engine.ports import Desk


class Loader:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.data: Dataset | None = None
        self.path: str | None = None  # what was asked for, "" being the default search
        self.announced: DataReady | None = None  # what screens were told of `data`
        self.download: threading.Thread | None = None
        self.cancelled = threading.Event()

    def load(self, path: str) -> None:
        """Load a data set and tell every screen. Raises DataError."""
        if self.data is not None and path == self.path:
            return
        began = time.perf_counter()
        try:
            data = load_data(path, self.progress)
        except DataError as error:
            self.desk.publish(DataFailed(reason=str(error)))
            raise
        self.data, self.path = data, path
        self.announced = DataReady(
            kind=data.kind,
            path=data.path,
            train=len(data.train_labels),
            test=len(data.test_labels),
            sample=data.sample,
            fingerprint=data.fingerprint,
            seconds=round(time.perf_counter() - began, 3),
            notes=list(data.notes),
        )
        self.desk.publish(self.announced)

    def data_for(self, config: RunConfig) -> Dataset:
        """Return the data set of a config, loaded if need be. Raises DataError."""
        if config.data or self.data is None or self.path is None:
            self.load(config.data)
        return self.needed()

    def needed(self) -> Dataset:
        """Return what is loaded. Raises DataError when nothing is."""
        if self.data is None:
            raise DataError("no data set is loaded; name a folder with --data, or download MNIST")
        return self.data

    def progress(self, action: str, done: int, total: int) -> None:
        self.desk.publish(DataProgress(action=action, done=done, total=total))

    def announce(self, note: str) -> None:
        """Tell every screen again what is loaded, with a note."""
        if self.announced is not None:
            self.desk.publish(msgspec.structs.replace(self.announced, notes=[*self.announced.notes, note]))

    def start_download(self, then: Callable[[], None]) -> None:
        """Fetch MNIST in a thread, so that training and predictions go on; `then` is called there once it is done."""
        if self.download is not None:
            raise DataError("a download is already under way")
        self.cancelled.clear()

        def fetch() -> None:
            try:
                download(default_data(), self.progress, self.cancelled.is_set)
            except (DataError, OSError) as error:
                self.desk.publish(DataFailed(reason=str(error)))
            else:
                self.path = None  # the default search may now find more
                then()
            finally:
                self.download = None

        self.download = threading.Thread(target=fetch, name="download", daemon=True)
        self.download.start()
