"""What was asked about the inside of a network, and what was answered: the newest few, one question at a time. Pure."""

from collections.abc import Iterator

import msgspec

from engine.vocabulary.messages import (
    AnyEvent,
    AskPixels,
    ChangeFound,
    CommandFailed,
    DigitsMapped,
    Explain,
    Explained,
    FiltersShown,
    FindChange,
    LayersMeasured,
    LayersShown,
    MapDigits,
    MeasureLayers,
    PixelsTold,
    ShowFilters,
    ShowLayers,
)
from tui.state.run import RunView
from tui.terminal.sanitize import sanitize

Question = ShowFilters | ShowLayers | MeasureLayers | Explain | FindChange | MapDigits | AskPixels
Answer = FiltersShown | LayersShown | LayersMeasured | Explained | ChangeFound | DigitsMapped | PixelsTold
MOST = 24  # exchanges of a kind that are kept: an answer has up to half a megabyte
IDS = range(601, 700)  # of the commands: the answers come with the events


class Weights(msgspec.Struct, frozen=True):
    """Which weights a question is about: those of a run after an epoch, or those of a moment that was asked for."""

    run: str
    epoch: int = 0
    asked: int = 0


class Exchange(msgspec.Struct, frozen=True):
    """A question, and its answer; or `problem`, why there is none."""

    question: Question
    weights: Weights
    answer: Answer | None = None
    problem: str = ""


class Inside(msgspec.Struct, frozen=True):
    """The exchanges, the newest first. `open` is the question that has no answer yet, sent with the id `number`."""

    open: Exchange | None = None
    number: int = IDS[0]
    kept: tuple[Exchange, ...] = ()

    def asking(self, question: Question, weights: Weights) -> "Inside":
        """Return the state once a question is sent, with the id `number` of what is returned."""
        number = IDS[(self.number - IDS[0] + 1) % len(IDS)]
        return Inside(open=Exchange(question, weights), number=number, kept=self.kept)

    def awaits(self, event: AnyEvent) -> bool:
        return self.open is not None and event.reply_to == self.number

    def after(self, event: AnyEvent) -> "Inside":
        """Return the state after what is awaited."""
        if self.open is None:
            return self
        done = self.open
        if isinstance(event, Answer):
            done = msgspec.structs.replace(done, answer=event)
        else:
            why = event.reason if isinstance(event, CommandFailed) else "the engine gave no answer"
            done = msgspec.structs.replace(done, problem=sanitize(why))
        kind = type(done.question)
        alike = 1
        kept = [done]
        for each in self.kept:
            alike += isinstance(each.question, kind)
            if (isinstance(each.question, kind) and alike > MOST) or (
                each.question == done.question and (each.weights == done.weights or not done.problem)
            ):
                continue
            kept.append(each)
        return Inside(number=self.number, kept=tuple(kept))

    def is_known(self, question: Question, weights: Weights) -> bool:
        """Whether this was answered, or refused, of these weights."""
        return any(each.question == question and each.weights == weights for each in self.kept)

    def answers(self, kind: type[Answer], run: str) -> Iterator[Exchange]:
        """Yield the exchanges with answers of a kind about a run, the newest first."""
        return (each for each in self.kept if isinstance(each.answer, kind) and each.weights.run == run)

    def answer_to(self, question: Question, run: str) -> Answer | None:
        """Return the newest answer, of whatever weights of the run; None where there is none."""
        alike = (each for each in self.kept if each.question == question and each.weights.run == run)
        return next((each.answer for each in alike if each.answer is not None), None)

    def problem_of(self, question: Question, weights: Weights) -> str:
        """Return why a question has no answer, "" if it has one or was not asked."""
        return next((each.problem for each in self.kept if (each.question, each.weights) == (question, weights)), "")


def weights_of(view: RunView | None, asked: int) -> Weights | None:
    """Return the weights that are there to look at, None where a run has none."""
    if view is None or not (view.live or view.epochs):
        return None
    return Weights(view.run, view.epoch, asked)
