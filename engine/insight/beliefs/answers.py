"""Questions of screens about what a run thought, answered from its file: no network is needed, and no torch."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.gallery import surest, tested_columns, trained_columns
from engine.insight.beliefs.history import Beliefs, read_beliefs
from engine.insight.beliefs.label_errors import label_errors
from engine.insight.beliefs.learning import (
    Learning,
    confidently_wrong,
    last_learned,
    learning,
    most_forgotten,
    never_learned,
)
from engine.insight.beliefs.records import BELIEFS
from engine.storage.runs.folders import RunError, find_run
from engine.storage.runs.record import classes_of
from engine.vocabulary.messages.belief_messages import (
    MOST_ROWS,
    AskBelief,
    AskConfusion,
    AskGallery,
    AskLabelErrors,
    AskLearning,
    BeliefAnswer,
    BeliefQuestion,
    BeliefTold,
    ConfusionTold,
    DigitList,
    GalleryTold,
    LabelError,
    LabelErrorsTold,
    LearningTold,
    NotedDigit,
)


class BeliefReader:
    """Answers from the files of a folder of runs. Keeps the last one it read: a key that moves a cursor waits for it.

    May be called from any thread.
    """

    def __init__(self, checkpoints: Path) -> None:
        self.checkpoints = checkpoints
        self._kept: tuple[tuple[str, int, int], Beliefs, tuple[str, ...]] | None = None

    def answer(self, command: BeliefQuestion, live: str = "") -> BeliefAnswer:
        """`live` names the run in progress, "" for none. Raises RunError, OSError."""
        beliefs, classes = self._read(find_run(self.checkpoints, command.run or live))
        match command:
            case AskBelief():
                return belief_of(beliefs, command.index, classes)
            case AskLearning():
                return learning_of(beliefs, command.most, classes)
            case AskConfusion():
                place = beliefs.at(command.epoch)
                return ConfusionTold(
                    run=beliefs.run,
                    epoch=beliefs.epochs[place],
                    epochs=list(beliefs.epochs),
                    confusion=beliefs.confusion(place).tolist(),
                    damaged=beliefs.damaged,
                    classes=classes,
                )
            case AskLabelErrors():
                return label_errors_of(beliefs, command.most, classes)
            case AskGallery():
                return gallery_of(beliefs, command, classes)

    def _read(self, folder: Path) -> tuple[Beliefs, tuple[str, ...]]:
        try:
            found = (folder / BELIEFS).stat()
            state = folder.name, found.st_mtime_ns, found.st_size
        except OSError:
            state = folder.name, 0, 0
        kept = self._kept  # another thread may put another one in its place
        if kept is None or kept[0] != state:
            kept = self._kept = state, read_beliefs(folder), classes_of(folder)
        return kept[1:]


def belief_of(beliefs: Beliefs, index: int, classes: tuple[str, ...]) -> BeliefTold:
    """Raises RunError."""
    probabilities = beliefs.belief(index)
    return BeliefTold(
        run=beliefs.run,
        index=index,
        label=int(beliefs.labels[index]),
        epochs=list(beliefs.epochs),
        probabilities=[[float(f"{each:.3g}") for each in row] for row in probabilities.tolist()],
        predicted=[int(each.predicted[index]) for each in beliefs.kept],
        losses=[float(f"{float(each.losses[index]):.4g}") for each in beliefs.kept],
        damaged=beliefs.damaged,
        classes=classes,
    )


def learning_of(beliefs: Beliefs, most: int, classes: tuple[str, ...]) -> LearningTold:
    found, last = learning(beliefs.right), len(beliefs.epochs) - 1
    epochs, losses = len(beliefs.epochs), beliefs.losses(last)

    def listed(indices: npt.NDArray[np.intp]) -> DigitList:
        return DigitList(total=len(indices), digits=noted(beliefs, found, indices[:most]))

    return LearningTold(
        run=beliefs.run,
        epochs=list(beliefs.epochs),
        images=len(beliefs.labels),
        most_forgotten=listed(most_forgotten(found)),
        last_learned=listed(last_learned(found, epochs)),
        never_learned=listed(never_learned(found, losses, epochs)),
        confidently_wrong=listed(confidently_wrong(beliefs, last)),
        damaged=beliefs.damaged,
        classes=classes,
    )


def noted(beliefs: Beliefs, found: Learning, indices: npt.NDArray[np.intp]) -> list[NotedDigit]:
    """Return what is told of test digits in a list."""
    last = len(beliefs.epochs) - 1
    predicted, losses = beliefs.kept[last].predicted.astype(np.intp), beliefs.losses(last)
    confidences, _ = surest(beliefs.probabilities(last), predicted)
    since = [*beliefs.epochs, 0]
    return [
        NotedDigit(
            index=i,
            label=int(beliefs.labels[i]),
            predicted=int(predicted[i]),
            confidence=float(f"{confidences[i]:.3g}"),
            loss=float(f"{losses[i]:.4g}"),
            forgotten=int(found.forgotten[i]),
            right_since=since[found.right_since[i]],
        )
        for i in indices.tolist()
    ]


def label_errors_of(beliefs: Beliefs, most: int, classes: tuple[str, ...]) -> LabelErrorsTold:
    found = label_errors(beliefs)
    rows = zip(found.indices.tolist(), found.suggested.tolist(), found.losses.tolist(), strict=True)
    return LabelErrorsTold(
        run=beliefs.run,
        epochs=list(beliefs.epochs),
        images=len(beliefs.trained_labels),
        total=len(found.indices),
        errors=[
            LabelError(index=i, label=int(beliefs.trained_labels[i]), suggested=suggested, loss=float(f"{loss:.4g}"))
            for i, suggested, loss in list(rows)[:most]
        ],
        damaged=beliefs.damaged,
        classes=classes,
    )


def gallery_of(beliefs: Beliefs, command: AskGallery, classes: tuple[str, ...]) -> GalleryTold:
    """Raises RunError."""
    place, rows = beliefs.at(command.epoch), slice(command.start, command.start + MOST_ROWS)
    tested = command.part == "test"
    if not tested:
        check_trained(beliefs)
    columns = (tested_columns if tested else trained_columns)(beliefs, place, rows)
    return GalleryTold(
        run=beliefs.run,
        part=command.part,
        epoch=beliefs.epochs[place],
        step=0,
        total=len(beliefs.labels if tested else beliefs.trained_labels),
        start=command.start,
        epochs=list(beliefs.epochs),
        damaged=beliefs.damaged,
        classes=classes,
        **columns.packed(),
    )


def check_trained(beliefs: Beliefs) -> None:
    if not len(beliefs.trained_labels):
        raise RunError(f"run {beliefs.run} has too many training images to keep what it thought of each")
