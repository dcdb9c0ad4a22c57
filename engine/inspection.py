"""Looking at a network: its answers for test digits and image files, from the live run or a saved one."""

from pathlib import Path

import torch

from engine.checkpoint import CheckpointError, load_last
from engine.config import RunConfig
from engine.data import DataError, Dataset, load_data
from engine.evaluate import evaluate, predict, walk_digits
from engine.messages import Evaluate, Evaluated, FilePrediction, FilesPredicted, Predict, Predicted, PredictFiles
from engine.models import build_model
from engine.pictures import read_picture
from engine.run import Run
from engine.runs import LAST, find_run, read_record


class Inspector:
    """Answers questions about networks. Keeps the last network it used: the next question comes at once."""

    def __init__(self, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        self._name = ""
        self._time = 0
        self._step = 0
        self._model: torch.nn.Module | None = None
        self._data: Dataset | None = None  # of a run that was trained on other data than is loaded
        self._data_path = ""

    def keep(self, run: Run) -> None:
        """Remember the network of a run that ended, so that its digits need no reading from disk."""
        if run.folder is not None and (run.folder / LAST).exists():
            self._remember(run.name, run.folder, run.step, run.model)

    def walk(self, command: Predict, live: Run | None, loaded: Dataset | None) -> Predicted:
        """Raises RunError, CheckpointError, DataError."""
        name, step, model, device = self._network(command.run, live)
        data = self._data_of(name, live, loaded)
        images, labels = data.test_images.to(device), data.test_labels.to(device)
        digits = walk_digits(model, images, labels, command)
        return Predicted(run=name, step=step, digits=digits)

    def classify(self, command: PredictFiles, live: Run | None) -> FilesPredicted:
        """Raises RunError, CheckpointError; a bad file is told in its own line."""
        name, _, model, device = self._network(command.run, live)
        files = []
        for path in command.paths:
            try:
                pixels, treatment = read_picture(path)
            except DataError as error:
                files.append(FilePrediction(path=path, error=str(error)))
                continue
            predicted, probabilities = predict(model, pixels.unsqueeze(0).to(device))
            files.append(
                FilePrediction(
                    path=path,
                    predicted=int(predicted[0]),
                    probabilities=[round(p, 5) for p in probabilities[0].tolist()],
                    pixels=pixels.numpy().tobytes(),
                    treatment=treatment,
                )
            )
        return FilesPredicted(run=name, files=files)

    def evaluate(self, command: Evaluate, live: Run | None, loaded: Dataset | None) -> Evaluated:
        """Raises RunError, CheckpointError, DataError."""
        name, _, model, device = self._network(command.run, live)
        data = self._read_data(command.data) if command.data else self._data_of(name, live, loaded)
        result = evaluate(model, data.test_images.to(device), data.test_labels.to(device))
        return Evaluated(
            run=name,
            data=data.path,
            images=result.images,
            loss=result.loss,
            accuracy=result.accuracy,
            confusion=result.confusion,
        )

    def _data_of(self, name: str, live: Run | None, loaded: Dataset | None) -> Dataset:
        """Return the data that a run was trained and tested on: a figure from other data would be another figure."""
        if live is not None and name == live.name:
            return live.data
        record = read_record(find_run(self.checkpoints, name))
        if loaded is not None and loaded.fingerprint == record.data:
            return loaded
        return self._read_data(record.data_path)

    def _read_data(self, path: str) -> Dataset:
        if self._data is None or self._data_path != path:
            self._data, self._data_path = load_data(path), path
        return self._data

    def _network(self, name: str, live: Run | None) -> tuple[str, int, torch.nn.Module, torch.device]:
        """Return name, step, network and its device of a run: the live one, or the last checkpoint of another."""
        if live is not None and name in ("", live.name):
            return live.name, live.step, live.model, live.device
        folder = find_run(self.checkpoints, name)
        path = folder / LAST
        changed = path.stat().st_mtime_ns if path.exists() else -1
        if self._model is None or (folder.name, changed) != (self._name, self._time):
            state, _ = load_last(folder)
            # Building a network draws from the global generator, which belongs to the run in progress.
            with torch.random.fork_rng(devices=[]):
                model = build_model(RunConfig().replace(state["config"]))
            try:
                model.load_state_dict(state["model"])
            except (RuntimeError, KeyError) as error:
                raise CheckpointError(f"{path}: does not fit its network ({error})") from error
            self._remember(folder.name, folder, int(state["position"]["step"]), model)
        assert self._model is not None
        return folder.name, self._step, self._model, next(self._model.parameters()).device

    def _remember(self, name: str, folder: Path, step: int, model: torch.nn.Module) -> None:
        self._name, self._step, self._model = name, step, model
        self._time = (folder / LAST).stat().st_mtime_ns
