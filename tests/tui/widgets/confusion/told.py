"""What an engine answers about mistakes, calibration and robustness: figures as a run of 97.7 % has them."""

import math

import msgspec
import numpy as np
from fake_engine import RUN

from engine.storage.paths import sample_file
from engine.vocabulary.messages import (
    AnyEvent,
    AskConfusion,
    AskGallery,
    AskPixels,
    CalibrationMeasured,
    ConfusionTold,
    GalleryTold,
    MeasureCalibration,
    MeasureRobustness,
    PixelsTold,
    Rejection,
    RobustnessMeasured,
    RobustnessRow,
)
from engine.vocabulary.messages.certainty_messages import CORRUPTION_NAMES, Calibration, ReliabilityBin
from engine.vocabulary.messages.pictures import pack_floats
from tests.tui.pictures.world import confusion, epoch
from tui.state.confusion.answers import Question

IMAGES = 1000
EPOCHS = [1, 2, 3, 4, 5]
FALLS = (5, 8, 3, 2, 1, 0.4, 0.5, 3, 6, 4, 5, 2)  # of accuracy, in points, by the square of the strength


def sample() -> tuple[np.ndarray, np.ndarray]:
    with np.load(sample_file()) as content:
        return content["test_images"], content["test_labels"]


def gallery(run: str, number: int) -> GalleryTold:
    """Return digits that are taken for others as often as the matrix of an epoch says."""
    labels = sample()[1]
    predicted = labels.copy()
    for actual, row in enumerate(confusion(epoch(number).test_accuracy)):
        wrong = [label for label, count in enumerate(row) if label != actual for _ in range(count)]
        predicted[np.flatnonzero(labels == actual)[: len(wrong)]] = wrong
    confidences = [0.5 + index * 37 % 50 / 100 for index in range(len(labels))]
    return GalleryTold(
        run=run, part="test", epoch=number, step=0, total=len(labels), start=0, labels=bytes(labels.tolist()),
        predicted=bytes(predicted.tolist()), losses=pack_floats([0.1] * len(labels)),
        confidences=pack_floats(confidences), epochs=EPOCHS,
    )  # fmt: skip


def calibration(sharpness: float) -> Calibration:
    """Return the figures of a run whose log odds are off by a factor."""
    bins = []
    for place in range(15):
        odds = 0.85 + 0.35 * place
        right = min(1.0, round(66 / (1 + 10**-odds)) / 66)
        sure = 1 / (1 + 10 ** -(odds * sharpness))
        bins.append(ReliabilityBin(images=66, lowest=max(0.1, sure - 0.02), highest=min(1.0, sure + 0.002),
                                   confidence=sure, accuracy=right))  # fmt: skip
    error = sum(abs(each.confidence - each.accuracy) for each in bins) / len(bins)
    return Calibration(confidence=sum(each.confidence for each in bins) / len(bins), error=error,
                       log_likelihood=0.09 + error, brier=0.04 + error / 10, bins=bins)  # fmt: skip


def rejection(threshold: float) -> Rejection:
    covered = round(IMAGES * (1 - threshold**4 * 0.2))
    wrong = round(23 * (1 - threshold) ** 0.7)
    return Rejection(threshold=threshold, coverage=covered / IMAGES, accuracy=1 - wrong / covered, answered=covered)


def calibrated(run: str, temperature: float | None = 0.6304) -> CalibrationMeasured:
    note = (
        f"run {run} held no images out of training, and a temperature fitted to test images would make them look better"
        " than they are; train with --validation 0.1, say, to get one"
    )
    there = temperature is not None
    return CalibrationMeasured(
        run=run, data="Dataset/mnist-5k.npz", images=IMAGES, accuracy=0.977, before=calibration(0.6),
        after=calibration(0.97) if there else None, temperature=temperature, note="" if there else note,
        rejections=[rejection(each) for each in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)],
        aim=0.999, chosen=rejection(0.9728) if there else None, held_out=400 if there else 0, epoch=5, steps=200,
    )  # fmt: skip


def robustness(runs: list[str], tests: int = 60) -> RobustnessMeasured:
    """Return what is measured of runs after so many tests."""
    rows = []
    for name, fall in zip(CORRUPTION_NAMES, FALLS, strict=True):
        for strength in range(1, 6):
            right = [round(977 * math.exp(-fall * (1 + 0.6 * i) * strength**2 / 100)) for i in range(len(runs))]
            amount = strength / 5
            rows.append(RobustnessRow(corruption=name, strength=strength, amount=amount, unit="of it", right=right))
    return RobustnessMeasured(
        runs=runs, data="Dataset/mnist-5k.npz", images=IMAGES, clean=[977 - 4 * i for i in range(len(runs))],
        rows=rows[:tests], of=60, done=tests == 60, epochs=[5] * len(runs),
    )  # fmt: skip


def answer_of_certainty(question: Question) -> AnyEvent:
    """Return the answer to a question."""
    match question:
        case AskConfusion():
            told: AnyEvent = ConfusionTold(run=question.run, epoch=question.epoch or 5, epochs=EPOCHS,
                                           confusion=confusion(epoch(question.epoch or 5).test_accuracy))  # fmt: skip
        case AskGallery():
            told = gallery(question.run, question.epoch or 5)
        case AskPixels():
            images, labels = sample()
            told = PixelsTold(run=question.run, part="test", indices=question.indices,
                              labels=bytes(int(labels[i]) for i in question.indices),
                              pixels=b"".join(images[i].tobytes() for i in question.indices))  # fmt: skip
        case MeasureCalibration():
            told = calibrated(question.run or RUN)
        case MeasureRobustness():
            told = robustness(question.runs)
    return msgspec.structs.replace(told, reply_to=question.id)
