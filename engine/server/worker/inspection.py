"""Answers about networks: for test digits and image files, from the live run or a saved one."""

from functools import partial
from pathlib import Path

from engine.data.find import DataError, Dataset
from engine.data.images.preprocess import read_picture
from engine.insight.answers import Insight
from engine.insight.beliefs.live import gallery_now, pixels_of
from engine.insight.certainty.asked import LongQuestion, answering
from engine.insight.certainty.held_out import held_out_of
from engine.insight.certainty.questions import Subject, check_same_classes
from engine.insight.certainty.together import mean_probabilities
from engine.insight.drawing.own_digits import own_digits, save_drawing
from engine.insight.pieces import Answering
from engine.insight.runs.find import AskedRuns
from engine.insight.runs.network import kept
from engine.storage.runs.checkpoint import intact_digest
from engine.storage.runs.folders import BEST, LAST, find_run
from engine.storage.runs.record import classes_of, read_record
from engine.storage.typed_path import path_of
from engine.training.evaluation import evaluate, rounded, walk_digits
from engine.training.run import Run
from engine.vocabulary.messages import (
    AnyEvent,
    AskGalleryNow,
    AskPixels,
    Evaluate,
    Evaluated,
    FilePrediction,
    FilesPredicted,
    GalleryTold,
    InsightCommand,
    MeasureCalibration,
    PixelsTold,
    Predict,
    Predicted,
    PredictFiles,
    SaveDrawing,
)

Question = Predict | PredictFiles | Evaluate | AskGalleryNow | AskPixels | InsightCommand  # answered at once


class Inspector:
    """Answers questions about the networks of runs."""

    def __init__(self, checkpoints: Path) -> None:
        self.runs = AskedRuns(checkpoints)
        self.insight = Insight()

    def answer(self, command: Question, live: Run | None, loaded: Dataset | None) -> AnyEvent:
        """Answer about the live run or a saved one; `loaded` are the data in memory, unless their files have changed.

        Raises RunError, CheckpointError, DataError, InsightError, OSError.
        """
        match command:
            case Predict():
                return self.walk(command, live, loaded)
            case PredictFiles():
                return self.classify(command, live)
            case Evaluate():
                return self.evaluate(command, live, loaded)
            case AskGalleryNow():
                return self.gallery(command, live, loaded)
            case AskPixels():
                return self.pixels(command, live, loaded)
            case _:
                return self.look(command, live, loaded)

    def walk(self, command: Predict, live: Run | None, loaded: Dataset | None) -> Predicted:
        """Raises RunError, CheckpointError, DataError."""
        network = self.runs.latest(command.run, live)
        images, labels = network.test_part(self.runs.data_of(network.name, live, loaded))
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
        networks = [self.runs.chosen(run, live, command.best) for run in command.runs or [command.run]]
        check_same_classes(networks)
        [preprocessing, *others] = [self.runs.preprocessing_of(network.name, live) for network in networks]
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
        network = self.runs.chosen(command.run, live, command.best)
        data = self._data(command.data, network.name, live, loaded, network.classes)
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
        network = self.runs.latest(command.run, live)
        data = self._data(command.data, network.name, live, loaded, network.classes)
        with kept(network):
            return gallery_now(command, network, data)

    def pixels(self, command: AskPixels, live: Run | None, loaded: Dataset | None) -> PixelsTold:
        """Raises RunError, DataError."""
        own = live is not None and command.run in ("", live.name)
        name = live.name if live is not None and own else find_run(self.runs.checkpoints, command.run).name
        classes = live.data.classes if live is not None and own else classes_of(self.runs.checkpoints / name)
        data = self._data(command.data, name, live, loaded, classes)
        return pixels_of(command, name, data)

    def _data(
        self, path: str, name: str, live: Run | None, loaded: Dataset | None, classes: tuple[str, ...]
    ) -> Dataset:
        """Return the data in a folder to test on, of these classes, or where none is named those of a run. Raises
        DataError."""
        if path:
            return self.runs.read(path, to_test=True, classes=classes)
        return self.runs.data_of(name, live, loaded)

    def answering(self, asked: LongQuestion, live: Run | None, loaded: Dataset | None) -> Answering:
        """Return the work on an answer that takes long. Raises RunError, CheckpointError, DataError."""
        return answering(asked, lambda name: self._subject(name, asked, live, loaded))

    def _subject(self, name: str, asked: LongQuestion, live: Run | None, loaded: Dataset | None) -> Subject:
        """Return a run's network and the images that a long question is about. A live one is copied: it trains on.

        Raises RunError, CheckpointError, DataError.
        """
        network = self.runs.chosen(name, live, asked.best)
        if live is not None and network.model is live.tested:
            network = network.frozen()
        data = self._data(asked.data, network.name, live, loaded, network.classes)
        images, labels = network.test_part(data)
        if not isinstance(asked, MeasureCalibration):
            return Subject(network, data.path, data.fingerprint, images, labels)
        folder = find_run(self.runs.checkpoints, network.name)
        alive = live is not None and network.name == live.name
        run = live if live is not None and alive else read_record(folder)
        own = partial(self.runs.data_of, network.name, live, loaded)
        held_out, why_not = held_out_of(network.name, run.config, run.conventions, own)
        keep = None
        if not alive or network.best:
            path = folder / (BEST if network.best else LAST)
            keep = partial(self.runs.keep_temperature, path, intact_digest(path))
        return Subject(network, data.path, data.fingerprint, images, labels, held_out, why_not, keep)

    def look(self, command: InsightCommand, live: Run | None, loaded: Dataset | None) -> AnyEvent:
        """Raises RunError, CheckpointError, DataError, InsightError, OSError."""
        if isinstance(command, SaveDrawing):
            return save_drawing(command, self.runs.checkpoints)
        network = self.runs.chosen(command.run, live, command.best)
        return self.insight.answer(
            command,
            network,
            lambda: self.runs.data_of(network.name, live, loaded),
            lambda: self.runs.read(
                str(own_digits(self.runs.checkpoints, network.classes)), to_test=True, classes=network.classes
            ),
            self.runs.preprocessing_of(network.name, live),
        )
