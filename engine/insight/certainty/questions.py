"""Questions of certainty and their answers, for given networks. Each is a generator that yields between pieces."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.find import DataError
from engine.insight.certainty.calibration import calibrated
from engine.insight.certainty.rejection import THRESHOLDS, rejecting, threshold_for
from engine.insight.pieces import PIECE
from engine.insight.runs.network import Network
from engine.training.validation import fit_temperature
from engine.vocabulary.messages import AnyEvent, CalibrationMeasured, MeasureCalibration
from engine.vocabulary.messages.base import names_in_words

T = TypeVar("T")
Pieces = Generator[AnyEvent | None, None, T]  # yields between pieces


@dataclass(frozen=True)
class Subject:
    """A network and the test images [N, 28, 28] and labels [N] that it is asked about, of the data set at `path`.

    `held_out` are the images and labels that its run held out of training, None where there are none, or they cannot be
    read: `why_not` then says so. `keep` keeps a temperature for weights that were saved without.
    """

    network: Network
    path: str
    fingerprint: str
    images: Tensor
    labels: Tensor
    held_out: tuple[Tensor, Tensor] | None = None
    why_not: str = ""
    keep: Callable[[float], None] | None = None


def check_same_classes(networks: list[Network]) -> None:
    """Raise DataError unless all networks tell the same classes apart."""
    first = networks[0]
    for other in networks[1:]:
        if other.classes != first.classes:
            raise DataError(
                f"{first.name} was trained on the classes {names_in_words(first.classes)}, {other.name} on"
                f" {names_in_words(other.classes)}; name runs of the same classes"
            )


def check_same_data(subjects: list[Subject]) -> None:
    """Raise DataError unless all are asked about the same images, in the same classes."""
    check_same_classes([subject.network for subject in subjects])
    first = subjects[0]
    for other in subjects[1:]:
        if other.fingerprint != first.fingerprint:
            raise DataError(
                f"{first.network.name} was tested on {first.path} ({first.fingerprint}), {other.network.name} on"
                f" {other.path} ({other.fingerprint}); name one data set for both with --data"
            )


def logits_in_pieces(network: Network, images: Tensor) -> Pieces[Tensor]:
    """Return the logits float64 [N, classes] of images [N, 28, 28], on the CPU."""
    found = []
    for piece in torch.split(images, PIECE):
        found.append(network.logits(piece))
        yield None
    return torch.cat(found)


def answer_calibration(subject: Subject, wanted: MeasureCalibration) -> Pieces[CalibrationMeasured]:
    """Measure how sure a network is on its test images, before and after its temperature."""
    network = subject.network
    labels = subject.labels.cpu()
    logits = yield from logits_in_pieces(network, subject.images)
    plain = F.softmax(logits, 1)
    temperature, fitted = network.temperature, False
    held_logits = held_labels = None
    if subject.held_out is not None:
        held_images, held_labels = subject.held_out
        held_logits, held_labels = (yield from logits_in_pieces(network, held_images)), held_labels.cpu()
        if temperature is None:
            temperature, fitted = fit_temperature(held_logits, held_labels), True
            if subject.keep is not None:
                subject.keep(temperature)
    shown = plain if temperature is None else F.softmax(logits / temperature, 1)
    chosen = None
    if held_logits is not None and held_labels is not None:
        threshold = threshold_for(F.softmax(held_logits / (temperature or 1.0), 1), held_labels, wanted.accuracy)
        chosen = None if threshold is None else rejecting(shown, labels, threshold)
    thresholds = sorted({*THRESHOLDS, *([wanted.threshold] if wanted.threshold else [])})
    return CalibrationMeasured(
        run=network.name,
        data=subject.path,
        images=len(labels),
        accuracy=(plain.argmax(1) == labels).double().mean().item(),
        before=calibrated(plain, labels, wanted.bins),
        after=None if temperature is None else calibrated(shown, labels, wanted.bins),
        temperature=temperature,
        fitted=fitted,
        note=subject.why_not if subject.held_out is None else "",
        rejections=[rejecting(shown, labels, each) for each in thresholds],
        aim=wanted.accuracy,
        chosen=chosen,
        held_out=0 if held_labels is None else len(held_labels),
        **network.weights,
    )
