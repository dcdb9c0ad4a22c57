"""Networks and data of runs, by the names of the runs: what questions are about."""

import dataclasses
from pathlib import Path
from typing import Any

from engine.data.find import DataError, Dataset, find_data
from engine.insight.runs.network import Network, network_in, network_of
from engine.insight.runs.temperatures import keep_temperature, kept_temperature
from engine.networks.own.code import Code, code_of_run
from engine.storage.runs.checkpoint import CheckpointError, load_checkpoint, load_last
from engine.storage.runs.folders import BEST, LAST, find_run
from engine.storage.runs.record import read_record
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.preprocessing import Preprocessing


class AskedRuns:
    """Finds the network and the data of a run. Keeps the last ones it used: the next question comes at once."""

    def __init__(self, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        self._kept: Network | None = None
        self._time = 0
        self._kept_best: Network | None = None
        self._best_time = 0
        self._data: Dataset | None = None  # of a run that was trained on other data than is loaded
        self._data_path = ""
        self._data_state = ""  # of its files, when they were read

    def keep(self, run: Run) -> None:
        """Remember the network of a run that ended, so that its digits need no reading from disk."""
        if run.folder is not None and (run.folder / LAST).exists():
            self._kept, self._time = network_of(run), (run.folder / LAST).stat().st_mtime_ns

    def keep_temperature(self, path: Path, digest: str, temperature: float) -> None:
        """Keep what was fitted to weights that were saved without, and answer with it from now on."""
        keep_temperature(path, digest, temperature)
        self._kept = self._kept_best = None

    def code_of(self, name: str, live: Run | None) -> tuple[RunConfig, Code, int] | None:
        """Return the code that a question about a run would execute anew, and its number of classes, None where there
        is none.

        Raises RunError, NetworkError.
        """
        if live is not None and name in ("", live.name):
            return None
        folder = find_run(self.checkpoints, name)
        if self._kept is not None and self._kept.name == folder.name:
            return None
        record = read_record(folder)
        code = code_of_run(record.config.model, folder)
        return None if code is None else (record.config, code, len(record.classes))

    def data_of(self, name: str, live: Run | None, loaded: Dataset | None) -> Dataset:
        """Return the data that a run was trained and tested on: a figure from other data would be another figure.
        `loaded` are those in memory, where their files have not changed.

        Raises DataError where its files are gone or hold something else by now.
        """
        if live is not None and name == live.name:
            return live.data
        record = read_record(find_run(self.checkpoints, name))
        if loaded is not None and loaded.fingerprint == record.data:
            return loaded
        data = self.read(record.data_path)
        if data.fingerprint != record.data:
            raise DataError(
                f"{data.path}: has changed since run {name} was trained on it ({record.data}, now {data.fingerprint});"
                f" `mnist-tui evaluate {name} --data FOLDER` tests it on other data"
            )
        return data

    def preprocessing_of(self, name: str, live: Run | None) -> Preprocessing:
        """Return how the pictures of a run's data were read."""
        if live is not None and name == live.name:
            return live.data.preprocessing
        return read_record(find_run(self.checkpoints, name)).treatment

    def read(self, path: str, *, to_test: bool = False, classes: tuple[str, ...] = DIGITS) -> Dataset:
        """Return a data set; of one that is only `to_test` on, folders are those of these classes. Raises DataError."""
        source = find_data(path, to_test=to_test, classes=None if classes == DIGITS else classes)
        if self._data is None or (self._data_path, self._data_state) != (path, source.state):
            self._data, self._data_path, self._data_state = source.read(), path, source.state
        return self._data

    def latest(self, name: str, live: Run | None) -> Network:
        """Return the network of a run: the live one, or the last checkpoint of another."""
        if live is not None and name in ("", live.name):
            return network_of(live)
        folder = find_run(self.checkpoints, name)
        path = folder / LAST
        changed = path.stat().st_mtime_ns if path.exists() else -1
        if self._kept is None or (folder.name, changed) != (self._kept.name, self._time):
            self._kept, self._time = saved(path, load_last(folder)[0]), changed
        assert self._kept is not None
        return self._kept

    def chosen(self, name: str, live: Run | None, best: bool | None) -> Network:
        """Return the network of a run's best epoch by validation accuracy, or its last one; where nobody says which,
        that which the run is reported with. Raises RunError, CheckpointError."""
        if best is None and live is not None and name in ("", live.name):
            return network_of(live)
        if best or (best is None and (find_run(self.checkpoints, name) / BEST).exists()):
            return self.best(name, live)
        return self.latest(name, live)

    def best(self, name: str, live: Run | None) -> Network:
        """Return the network of a run's best epoch by validation accuracy. Raises RunError, CheckpointError."""
        folder = find_run(self.checkpoints, name or (live.name if live is not None else ""))
        path = folder / BEST
        if not path.exists():
            raise CheckpointError(
                f"run {folder.name} has no {BEST}: no images were held out; train with --validation 0.1, say, to get"
                " one"
            )
        changed = path.stat().st_mtime_ns
        if self._kept_best is None or (folder.name, changed) != (self._kept_best.name, self._best_time):
            network = saved(path, load_checkpoint(path))
            self._kept_best, self._best_time = dataclasses.replace(network, best=True), changed
        return self._kept_best


def saved(path: Path, state: dict[str, Any]) -> Network:
    """Return the network of a checkpoint, with the temperature that lies beside one that was saved without.

    Raises CheckpointError, NetworkError.
    """
    network = network_in(path, state)
    if network.temperature is None and (temperature := kept_temperature(path)) is not None:
        return dataclasses.replace(network, temperature=temperature)
    return network
