"""What an engine would say about the digits of a run: every fifth is taken for the next class."""

import struct

import msgspec
from fake_engine import RUN, FakeApp, snapshot, tell

from engine.vocabulary.messages import (
    AskBelief,
    AskGallery,
    AskGalleryNow,
    AskLabelErrors,
    AskLearning,
    AskPixels,
    BeliefTold,
    Command,
    ComparePredictions,
    Digit,
    DigitList,
    DisputedDigit,
    Event,
    Explain,
    Explained,
    FindNeighbours,
    GalleryTold,
    LabelError,
    LabelErrorsTold,
    LearningTold,
    Neighbour,
    NeighboursFound,
    NotedDigit,
    PixelsTold,
    Predict,
    Predicted,
    PredictionsCompared,
    RunEnded,
)
from tests.tui.app.screen_text import TRAINING
from tests.tui.coach.fake_rule import press
from tui.widgets.gallery.grid import DigitGrid

TOTAL = 100
ENDED = (*TRAINING, RunEnded(run=RUN, step=50, time=9.0, state="finished"))
LABELS = bytes(index % 10 for index in range(TOTAL))
PREDICTED = bytes((label + 1) % 10 if index % 5 == 0 else label for index, label in enumerate(LABELS))
LOSSES = [3.0 - index / 100 if index % 5 == 0 else 0.1 + index / 1000 for index in range(TOTAL)]
SHARES = [0.5 + index / 250 for index in range(TOTAL)]


def floats(numbers) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


def pixels(index: int) -> bytes:
    """Return a bar that stands elsewhere for each index."""
    return bytes(255 if 4 + index % 20 <= x % 28 <= 6 + index % 20 else 0 for x in range(784))


def gallery(epoch: int = 1, step: int = 0, start: int = 0, end: int = TOTAL, run: str = RUN, **more) -> GalleryTold:
    rows = slice(start, end)
    return GalleryTold(
        run=run, part=more.pop("part", "test"), epoch=epoch, step=step, total=TOTAL, start=start, labels=LABELS[rows],
        predicted=PREDICTED[rows], losses=floats(LOSSES[rows]), confidences=floats(SHARES[rows]),
        margins=floats([share / 2 for share in SHARES[rows]]), epochs=more.pop("epochs", [1]), **more,
    )  # fmt: skip


def noted(index: int) -> NotedDigit:
    return NotedDigit(
        index=index, label=LABELS[index], predicted=PREDICTED[index], confidence=SHARES[index], loss=LOSSES[index],
        forgotten=2, right_since=0 if index % 5 == 0 else 3,
    )  # fmt: skip


def listed(*indices: int, total: int = 0) -> DigitList:
    return DigitList(total=total or len(indices), digits=list(map(noted, indices)))


def answer(command: Command, epochs: int = 1) -> Event | None:
    """Return what an engine answers to a question about digits."""
    asked = command.id
    match command:
        case AskGallery():
            found = gallery(command.epoch or epochs, part=command.part, epochs=list(range(1, epochs + 1)))
        case AskGalleryNow():
            found = gallery(epochs, step=50, part=command.part)
        case AskPixels():
            found = PixelsTold(
                run=command.run, part=command.part, indices=command.indices,
                labels=bytes(LABELS[index % TOTAL] for index in command.indices),
                pixels=b"".join(map(pixels, command.indices)),
            )  # fmt: skip
        case AskLearning():
            found = LearningTold(
                run=command.run, epochs=[1], images=TOTAL, most_forgotten=listed(7, 3, 40), last_learned=listed(8),
                never_learned=listed(), confidently_wrong=listed(95, 90, total=20),
            )  # fmt: skip
        case AskLabelErrors():
            error = LabelError(index=12, label=2, suggested=7, loss=6.5)
            found = LabelErrorsTold(run=command.run, epochs=[1], images=TOTAL, total=1, errors=[error])
        case ComparePredictions():
            digits = [DisputedDigit(index=30, actual=0, predicted=[1, 0])]
            found = PredictionsCompared(
                a=command.a, b=command.b, data="", images=TOTAL, both=80, only_a=0, only_b=1, neither=19, differ=1,
                digits=digits,
            )  # fmt: skip
        case AskBelief():
            shares = [[0.1] * 10] * epochs
            found = BeliefTold(
                run=command.run, index=command.index, label=LABELS[command.index], epochs=list(range(1, epochs + 1)),
                probabilities=shares, predicted=[0] * epochs, losses=[1.0] * epochs,
            )  # fmt: skip
        case Predict():
            index = command.start
            told = [0.02] * 10
            told[PREDICTED[index]] = 0.82
            digit = Digit(
                index=index, pixels=pixels(index), actual=LABELS[index], predicted=PREDICTED[index], probabilities=told,
                uncalibrated=[0.1] * 10,
            )  # fmt: skip
            found = Predicted(run=command.run, step=50, start=index, digits=[digit], temperature=0.5)
        case Explain():
            index = command.picture.index
            found = Explained(
                run=command.run, step=50, method="gradient", label=0, heat=bytes(784 * 4), pixels=pixels(index),
                predicted=PREDICTED[index], probabilities=[0.1] * 10, output=1.0, empty_output=0.0,
                actual=LABELS[index],
            )  # fmt: skip
        case FindNeighbours():
            near = [Neighbour(index=place, pixels=pixels(place), actual=4, distance=place / 100) for place in range(3)]
            found = NeighboursFound(
                run=command.run, step=50, metric="cosine", neighbours=near, searched=4000, training=4000, layer="fc2",
                features=50, pixels=pixels(0), predicted=4,
            )  # fmt: skip
        case _:
            return None
    return msgspec.structs.replace(found, reply_to=asked)


async def answered(app: FakeApp, pilot, epochs: int = 1) -> None:
    """Answer what was asked about digits until nothing more is."""
    for _ in range(12):
        questions = [each for each in app.engine.sent if each.id > 200]
        if not questions:
            return
        app.engine.sent[:] = [each for each in app.engine.sent if each.id <= 200]
        app.engine.asked.extend(questions)
        await tell(app, pilot, *filter(None, (answer(each, epochs) for each in questions)))
        app.screen._has_rested()  # as once the cursor rests
        await tell(app, pilot)
    raise AssertionError(f"asks without end: {[(type(each).__name__, each.id) for each in questions]}")


def asked(app: FakeApp, kind: type) -> list:
    return [each for each in (*app.engine.asked, *app.engine.sent) if isinstance(each, kind) and each.id > 200]


def grid(app: FakeApp) -> DigitGrid:
    return app.screen.query_one(DigitGrid)


def shown(app: FakeApp) -> list[int]:
    return [row.index for row in grid(app).rows]


async def open_gallery(app: FakeApp, pilot, *events) -> None:
    await tell(app, pilot, snapshot(*(events or ENDED)))
    await press(app, pilot, "2")
    await answered(app, pilot)
