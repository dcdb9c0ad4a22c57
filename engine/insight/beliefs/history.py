"""`beliefs.bin` read again: what a run thought after each epoch that was kept, as arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.belief_log import MOST_EPOCHS, in_order
from engine.insight.beliefs.quantised import Bytes, Floats, losses_of, probabilities_of
from engine.insight.beliefs.records import BELIEFS, LABELS, MOST_BYTES, EpochBeliefs, Record, scan, unseal_epoch
from engine.storage.files import open_regular
from engine.storage.runs.folders import RunError

Labels = npt.NDArray[np.intp]
Right = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Beliefs:
    """What was kept of E epochs, for N test digits, M training images (0: they were too many) and C classes.

    `damaged` counts stretches of the file that could not be read.
    """

    run: str
    classes: int
    epochs: tuple[int, ...]
    labels: Labels  # [N]
    trained_labels: Labels  # [M]
    kept: tuple[EpochBeliefs, ...]
    damaged: int

    def at(self, epoch: int) -> int:
        """Return the place of an epoch, of the last one for 0. Raises RunError where it was not kept."""
        if not epoch:
            return len(self.epochs) - 1
        if epoch not in self.epochs:
            near = min(self.epochs, key=lambda each: abs(each - epoch))
            raise RunError(
                f"run {self.run} has kept nothing of test images after epoch {epoch}; give another, epoch {near} say"
            )
        return self.epochs.index(epoch)

    def check_digit(self, index: int) -> None:
        """Raise RunError for a digit that is not there."""
        if not 0 <= index < len(self.labels):
            raise RunError(f"run {self.run} has no beliefs of test image {index}; give 0 to {len(self.labels) - 1}")

    @property
    def predicted(self) -> Labels:
        """[E, N]: the class that was held most likely."""
        return np.stack([each.predicted for each in self.kept]).astype(np.intp)

    @property
    def right(self) -> Right:
        """[E, N]"""
        right: Right = self.predicted == self.labels
        return right

    def probabilities(self, place: int) -> Floats:
        """Return the probabilities [N, C] after the epoch at a place."""
        return probabilities_of(self.kept[place].probabilities)

    def losses(self, place: int) -> Floats:
        """Return the losses [N], in nats, after the epoch at a place."""
        return self.kept[place].losses.astype(np.float32)

    def belief(self, index: int) -> Floats:
        """Return the probabilities [E, C] of one test digit over the epochs. Raises RunError."""
        self.check_digit(index)
        return probabilities_of(np.stack([each.probabilities[index] for each in self.kept]))

    def confusion(self, place: int) -> npt.NDArray[np.intp]:
        """Return counts [actual][predicted] after the epoch at a place."""
        places = self.labels * self.classes + self.kept[place].predicted
        return np.bincount(places, minlength=self.classes**2).reshape(self.classes, self.classes)

    @property
    def trained_losses(self) -> Floats:
        """[E, M], in nats, NaN where an image was not trained on in that epoch."""
        return losses_of(np.stack([each.trained_losses for each in self.kept]))

    @property
    def trained_predicted(self) -> Bytes:
        """[E, M]; any class where an image was not trained on in that epoch."""
        return np.stack([each.trained_predicted for each in self.kept])


def read_beliefs(folder: Path) -> Beliefs:
    """Read what a run has kept. Raises RunError where there is nothing, and OSError for what cannot be read."""
    name, path = folder.name, folder / BELIEFS
    try:
        with open_regular(path) as file:
            content = file.read(2 * MOST_BYTES)
    except FileNotFoundError:
        raise RunError(
            f"run {name} has no {BELIEFS}: it has not finished an epoch since it was begun or resumed by a version that"
            " keeps one; train or resume it for an epoch"
        ) from None
    records = list(scan(content))
    whole = [record for record in records if record is not None]
    labels = next((record for record in whole if record.kind == LABELS and named(record)), None)
    fitting = [record for record in whole if labels is not None and record.shape == labels.shape]
    read = [(record.epoch, unseal_epoch(record)) for record in in_order(fitting)[:MOST_EPOCHS]]
    good = [(epoch, beliefs) for epoch, beliefs in read if beliefs is not None]
    damaged = records.count(None) + len(whole) - len(fitting) + len(read) - len(good)
    if labels is None or not good:
        raise RunError(f"{path}: nothing in it can be read, it is damaged; remove it, and a resumed run begins another")
    shape, all_labels = labels.shape, np.frombuffer(labels.content, np.uint8).astype(np.intp)
    return Beliefs(
        run=name,
        classes=shape.classes,
        epochs=tuple(epoch for epoch, _ in good),
        labels=all_labels[: shape.tested],
        trained_labels=all_labels[shape.tested :],
        kept=tuple(beliefs for _, beliefs in good),
        damaged=damaged,
    )


def named(record: Record) -> bool:
    """Tell whether all labels of a record are of its classes."""
    return bool(record.shape.tested) and int(np.frombuffer(record.content, np.uint8).max()) < record.shape.classes
