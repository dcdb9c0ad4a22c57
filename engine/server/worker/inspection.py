"""Looking at a network: its answers for test digits and image files, from the live run or a saved one."""

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

from engine.data.find import DataError, Dataset, find_data
from engine.data.images.preprocess import read_picture
from engine.insight.beliefs.live import gallery_now, pixels_of
from engine.insight.certainty.asked import LongQuestion, answering
from engine.insight.certainty.held_out import held_out_of, keep_temperature, kept_temperature
from engine.insight.certainty.questions import Subject
from engine.insight.certainty.together import check_same_classes, mean_probabilities
from engine.insight.network import Network, kept, network_in, network_of
from engine.insight.pieces import Answering
from engine.networks.own.code import Code, code_of_run
from engine.storage.runs.checkpoint import CheckpointError, intact_digest, load_checkpoint, load_last
from engine.storage.runs.folders import BEST, LAST, find_run
from engine.storage.runs.record import read_record
from engine.storage.typed_path import path_of
from engine.training.evaluation import evaluate, rounded, walk_digits
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AskGalleryNow,
    AskPixels,
    Evaluate,
    Evaluated,
    FilePrediction,
    FilesPredicted,
    GalleryTold,
    MeasureCalibration,
    PixelsTold,
    Predict,
    Predicted,
    PredictFiles,
)
from engine.vocabulary.preprocessing import Preprocessing


class Inspector:
    """Answers questions about networks. Keeps the last network it used: the next question comes at once."""

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

    def walk(self, command: Predict, live: Run | None, loaded: Dataset | None) -> Predicted:
        """Raises RunError, CheckpointError, DataError."""
        network = self._network(command.run, live)
        images, labels = network.test_part(self._data_of(network.name, live, loaded))
        with kept(network):
            digits = walk_digits(network.model, images, labels, command, network.temperature)
        return Predicted(
            run=network.name,
            step=network.step,
            start=command.start,
            digits=digits,
            temperature=network.temperature,
        )

    def classify(self, command: PredictFiles, live: Run | None) -> FilesPredicted:
        """Raises RunError, CheckpointError; a bad file is told in its own line."""
        networks = [self._chosen(run, live, command.best) for run in command.runs or [command.run]]
        check_same_classes(networks)
        [preprocessing, *others] = [self._preprocessing_of(network.name, live) for network in networks]
        if any(other != preprocessing for other in others):
            raise DataError("the pictures of these runs' data were read in different ways, so none suits all of them")
        files = []
        for path in command.paths:
            try:
                pixels, done = read_picture(path_of(path), preprocessing)
            except DataError as error:
                files.append(FilePrediction(path=path, error=str(error)))
                continue
            probabilities, votes = mean_probabilities(networks, pixels.unsqueeze(0))
            files.append(
                FilePrediction(
                    path=path,
                    predicted=int(probabilities[0].argmax()),
                    probabilities=rounded(probabilities[0]),
                    pixels=pixels.numpy().tobytes(),
                    treatment=done,
                    votes=votes[:, 0].tolist() if command.runs else [],
                )
            )
        first = networks[0]
        return FilesPredicted(
            run=first.name,
            files=files,
            temperature=first.temperature if len(networks) == 1 else None,
            runs=[network.name for network in networks] if command.runs else [],
            temperatures=[network.temperature for network in networks] if command.runs else [],
            **first.weights,
        )

    def evaluate(self, command: Evaluate, live: Run | None, loaded: Dataset | None) -> Evaluated:
        """Raises RunError, CheckpointError, DataError."""
        network = self._chosen(command.run, live, command.best)
        data = self._read_data(command.data) if command.data else self._data_of(network.name, live, loaded)
        images, labels = network.test_part(data)
        with kept(network):
            result = evaluate(network.model, images, labels)
        return Evaluated(
            run=network.name,
            data=data.path,
            images=result.images,
            loss=result.loss,
            accuracy=result.accuracy,
            confusion=result.confusion,
            **network.weights,
        )

    def gallery(self, command: AskGalleryNow, live: Run | None, loaded: Dataset | None) -> GalleryTold:
        """Raises RunError, CheckpointError, DataError."""
        network = self._network(command.run, live)
        data = self._read_data(command.data) if command.data else self._data_of(network.name, live, loaded)
        with kept(network):
            return gallery_now(command, network, data)

    def pixels(self, command: AskPixels, live: Run | None, loaded: Dataset | None) -> PixelsTold:
        """Raises RunError, DataError."""
        own = live is not None and command.run in ("", live.name)
        name = live.name if live is not None and own else find_run(self.checkpoints, command.run).name
        data = self._read_data(command.data) if command.data else self._data_of(name, live, loaded)
        return pixels_of(command, name, data)

    def answering(self, asked: LongQuestion, live: Run | None, loaded: Dataset | None) -> Answering:
        """Return the work on an answer that takes long. Raises RunError, CheckpointError, DataError."""
        return answering(asked, lambda name: self._subject(name, asked, live, loaded))

    def _subject(self, name: str, asked: LongQuestion, live: Run | None, loaded: Dataset | None) -> Subject:
        """Return a run's network and the images that a long question is about. A live one is copied: it trains on.

        Raises RunError, CheckpointError, DataError.
        """
        network = self._chosen(name, live, asked.best)
        if live is not None and network.model is live.tested:
            network = network.frozen()
        data = self._read_data(asked.data) if asked.data else self._data_of(network.name, live, loaded)
        images, labels = network.test_part(data)
        if not isinstance(asked, MeasureCalibration):
            return Subject(network, data.path, data.fingerprint, images, labels)
        folder = find_run(self.checkpoints, network.name)
        alive = live is not None and network.name == live.name
        run = live if live is not None and alive else read_record(folder)
        own = partial(self._data_of, network.name, live, loaded)
        held_out, why_not = held_out_of(network.name, run.config, run.conventions, own)
        keep = None
        if not alive or network.best:
            path = folder / (BEST if network.best else LAST)
            keep = partial(self._keep_temperature, path, intact_digest(path))
        return Subject(network, data.path, data.fingerprint, images, labels, held_out, why_not, keep)

    def _keep_temperature(self, path: Path, digest: str, temperature: float) -> None:
        """Keep what was fitted to weights that were saved without, and answer with it from now on."""
        keep_temperature(path, digest, temperature)
        self._kept = self._kept_best = None

    def code_of(self, name: str, live: Run | None) -> tuple[RunConfig, Code] | None:
        """Return the code that a question about a run would execute anew, None where there is none.

        Raises RunError, NetworkError.
        """
        if live is not None and name in ("", live.name):
            return None
        folder = find_run(self.checkpoints, name)
        if self._kept is not None and self._kept.name == folder.name:
            return None
        config = read_record(folder).config
        code = code_of_run(config.model, folder)
        return None if code is None else (config, code)

    def _data_of(self, name: str, live: Run | None, loaded: Dataset | None) -> Dataset:
        """Return the data that a run was trained and tested on: a figure from other data would be another figure.
        `loaded` are those in memory, where their files have not changed.

        Raises DataError where its files are gone or hold something else by now.
        """
        if live is not None and name == live.name:
            return live.data
        record = read_record(find_run(self.checkpoints, name))
        if loaded is not None and loaded.fingerprint == record.data:
            return loaded
        data = self._read_data(record.data_path)
        if data.fingerprint != record.data:
            raise DataError(
                f"{data.path}: has changed since run {name} was trained on it ({record.data}, now {data.fingerprint});"
                f" `mnist-tui evaluate {name} --data FOLDER` tests it on other data"
            )
        return data

    def _preprocessing_of(self, name: str, live: Run | None) -> Preprocessing:
        """Return how the pictures of a run's data were read."""
        if live is not None and name == live.name:
            return live.data.preprocessing
        return read_record(find_run(self.checkpoints, name)).treatment

    def _read_data(self, path: str) -> Dataset:
        source = find_data(path)
        if self._data is None or (self._data_path, self._data_state) != (path, source.state):
            self._data, self._data_path, self._data_state = source.read(), path, source.state
        return self._data

    def _network(self, name: str, live: Run | None) -> Network:
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

    def _chosen(self, name: str, live: Run | None, best: bool | None) -> Network:
        """Return the network of a run's best epoch by validation accuracy, or its last one; where nobody says which,
        that which the run is reported with. Raises RunError, CheckpointError."""
        if best is None and live is not None and name in ("", live.name):
            return network_of(live)
        if best or (best is None and (find_run(self.checkpoints, name) / BEST).exists()):
            return self._best(name, live)
        return self._network(name, live)

    def _best(self, name: str, live: Run | None) -> Network:
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
