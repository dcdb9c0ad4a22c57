"""An engine that answers questions about digits and networks, without computing anything."""

from functools import cache

import numpy as np
from fake_engine import FakeClient

from engine.storage.paths import sample_file
from engine.vocabulary.messages import (
    AnyEvent,
    AugmentationPreviewed,
    ClassifyDrawing,
    Command,
    DescribeModel,
    Digit,
    HistoryRead,
    Layer,
    ListRuns,
    ListStudies,
    ModelDescribed,
    OpenRun,
    OpenStudy,
    Predict,
    Predicted,
    PreviewAugmentation,
    ReadHistory,
    RunOpened,
    RunsListed,
    RunSummary,
    StudiesListed,
    StudyEnded,
    StudyOpened,
    StudySummary,
)
from tests.tui.drawing.picture_answers import answer_about_drawing
from tests.tui.inside.answers import inside_answer
from tests.tui.pictures.world import RUN, history_of, study
from tests.tui.state.gallery.sample_answers import answer_about_digits
from tests.tui.widgets.confusion.told import answer_of_certainty
from tui.state.confusion.answers import OURS, Question

WRONG = {4: 9, 9: 4, 3: 5, 5: 3, 7: 2, 2: 7, 8: 3, 6: 0, 0: 6, 1: 7}
LAYERS = (
    ("conv1", "Conv2d", [10, 24, 24], 260),
    ("conv2", "Conv2d", [20, 8, 8], 5020),
    ("drop", "Dropout2d", [20, 8, 8], 0),
    ("fc1", "Linear", [50], 16050),
    ("fc2", "Linear", [10], 510),
)


@cache
def sample() -> tuple[np.ndarray, np.ndarray]:
    with np.load(sample_file()) as content:
        return content["test_images"], content["test_labels"]


def digit(index: int) -> Digit:
    """Return a test digit of the sample; every ninth is predicted wrong."""
    images, labels = sample()
    actual = int(labels[index])
    predicted = WRONG[actual] if index % 9 == 4 else actual
    first = 0.51 + index * 37 % 48 / 100
    probabilities = [(0.9 - 0.9 * first) / 8] * 10
    probabilities[WRONG[actual] if predicted == actual else actual] = 0.1 + 0.1 * (0.9 - first)
    probabilities[predicted] = 0.0
    probabilities[predicted] = 1.0 - sum(probabilities)
    return Digit(
        index=index, pixels=images[index].tobytes(), actual=actual, predicted=predicted, probabilities=probabilities
    )


def matches(command: Predict, found: Digit) -> bool:
    return not (
        (command.only_wrong and found.actual == found.predicted)
        or (command.actual >= 0 and found.actual != command.actual)
        or (command.predicted >= 0 and found.predicted != command.predicted)
    )


class AnsweringClient(FakeClient):
    """Answers as soon as it is asked; `runs` are those of its folder."""

    def __init__(self, runs: tuple[RunSummary, ...] = (), studies: tuple[StudySummary, ...] = ()) -> None:
        super().__init__()
        self.runs = runs
        self.studies = studies

    def send(self, command: Command) -> None:
        super().send(command)
        if (answer := self.answer(command)) is not None:
            self.incoming.put_nowait(answer)

    def run_named(self, run: str) -> RunSummary:
        return next(each for each in self.runs if each.run == run)

    def answer(self, command: Command) -> AnyEvent | None:
        asked = command.id
        match command:
            case ListRuns():
                return RunsListed(runs=list(self.runs), reply_to=asked)
            case OpenRun():
                summary = self.run_named(command.run)
                return RunOpened(summary=summary, history=history_of(summary), reply_to=asked)
            case ReadHistory():
                return HistoryRead(run=command.run, history=history_of(self.run_named(command.run)), reply_to=asked)
            case ListStudies():
                return StudiesListed(studies=list(self.studies), reply_to=asked)
            case OpenStudy():
                told = next(each for each in self.studies if each.study == command.study)
                ended = StudyEnded(study=told.study, state="stopped")
                history = [*study(told.trials, target=told.target, running=False, study=told.study), ended]
                return StudyOpened(summary=told, history=history, reply_to=asked)
            case Predict():
                images = len(sample()[1])
                indices = ((command.start + i * command.step) % images for i in range(images))
                found = (each for each in map(digit, indices) if matches(command, each))
                digits = [each for each, _ in zip(found, range(command.count), strict=False)]
                run = command.run or RUN
                return Predicted(run=run, step=250, digits=digits, start=command.start, reply_to=asked)
            case _ if isinstance(command, Question) and asked in OURS:
                return answer_of_certainty(command)
            case PreviewAugmentation():
                images, labels = sample()
                shifted = [np.roll(images[2], (k % 3 - 1, k % 5 - 2), (0, 1)).tobytes() for k in range(8)]
                return AugmentationPreviewed(index=2, label=int(labels[2]), pixels=shifted, reply_to=asked)
            case DescribeModel():
                layers = [Layer(name=name, kind=kind, shape=shape, parameters=n) for name, kind, shape, n in LAYERS]
                config = command.config
                return ModelDescribed(
                    model=config.model, width=config.width, depth=config.depth, parameters=21_840, flops=961_040,
                    layers=layers, reply_to=asked,
                )  # fmt: skip
        drawn = isinstance(command, ClassifyDrawing) or bool(getattr(getattr(command, "picture", None), "pixels", b""))
        told = (answer_about_drawing(command) if drawn else None) or inside_answer(command)
        return told or answer_about_digits(command, lambda index: digit(index % len(sample()[1])))
