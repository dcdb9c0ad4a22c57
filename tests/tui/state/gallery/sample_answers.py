"""What an engine that computes nothing says about the digits of the sample."""

import math
import struct
from collections.abc import Callable

import msgspec

from engine.vocabulary.messages import (
    AnyEvent,
    AskBelief,
    AskGallery,
    AskGalleryNow,
    AskLearning,
    AskPixels,
    BeliefTold,
    Command,
    Digit,
    DigitList,
    FindNeighbours,
    GalleryTold,
    LearningTold,
    Neighbour,
    NeighboursFound,
    NotedDigit,
    PixelsTold,
)

EPOCHS = 5
TOTAL = 1000


def floats(numbers: list[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


def loss_of(digit: Digit) -> float:
    return -math.log(max(1e-6, digit.probabilities[digit.actual]))


def noted(digit: Digit) -> NotedDigit:
    return NotedDigit(
        index=digit.index, label=digit.actual, predicted=digit.predicted, confidence=max(digit.probabilities),
        loss=loss_of(digit), forgotten=1 + digit.index % 3, right_since=0 if digit.predicted != digit.actual else 4,
    )  # fmt: skip


def answer_about_digits(command: Command, digit: Callable[[int], Digit]) -> AnyEvent | None:
    """Return the answer to a question about the gallery; `digit` returns one of the sample."""
    run = getattr(command, "run", "")
    found: AnyEvent
    match command:
        case AskGallery() | AskGalleryNow():
            digits = [digit(index) for index in range(TOTAL)]
            shares = [sorted(each.probabilities) for each in digits]
            found = GalleryTold(
                run=run, part=command.part, epoch=EPOCHS, step=0, total=TOTAL, start=0,
                labels=bytes(each.actual for each in digits), predicted=bytes(each.predicted for each in digits),
                losses=floats(list(map(loss_of, digits))), confidences=floats([each[-1] for each in shares]),
                margins=floats([each[-1] - each[-2] for each in shares]), epochs=list(range(1, EPOCHS + 1)),
            )  # fmt: skip
        case AskPixels():
            digits = [digit(index) for index in command.indices]
            found = PixelsTold(
                run=run, part=command.part, indices=command.indices, labels=bytes(each.actual for each in digits),
                pixels=b"".join(each.pixels for each in digits),
            )  # fmt: skip
        case AskBelief():
            now, epochs = digit(command.index), range(1, EPOCHS + 1)
            moved = [[share * e / EPOCHS + 0.1 * (1 - e / EPOCHS) for share in now.probabilities] for e in epochs]
            found = BeliefTold(
                run=run, index=now.index, label=now.actual, epochs=list(epochs), probabilities=moved,
                predicted=[now.predicted] * EPOCHS, losses=[loss_of(now)] * EPOCHS,
            )  # fmt: skip
        case FindNeighbours():
            near = [digit(command.picture.index + 10 * (place + 1)) for place in range(min(command.count, 12))]
            neighbours = [
                Neighbour(index=each.index, pixels=each.pixels, actual=each.actual, distance=0.01 * (place + 1))
                for place, each in enumerate(near)
            ]
            found = NeighboursFound(
                run=run, step=250, metric="cosine", neighbours=neighbours, searched=4000, training=4000, layer="fc2",
                features=50, pixels=near[0].pixels, predicted=near[0].predicted,
            )  # fmt: skip
        case AskLearning():
            wrong = [digit(index) for index in range(4, 400, 9)]
            lists = [DigitList(total=len(wrong), digits=list(map(noted, wrong)))] * 4
            found = LearningTold(
                run=run, epochs=list(range(1, EPOCHS + 1)), images=TOTAL, most_forgotten=lists[0],
                last_learned=lists[1], never_learned=lists[2], confidently_wrong=lists[3],
            )  # fmt: skip
        case _:
            return None
    return msgspec.structs.replace(found, reply_to=command.id)
