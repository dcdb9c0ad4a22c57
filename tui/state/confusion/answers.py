"""What screens asked about mistakes, certainty and robustness, and what the engine answered. Pure.

Questions have ids of their own: an answer, or why there is none, belongs to the question and to no toast.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from engine.vocabulary.messages import (
    AnyEvent,
    AskConfusion,
    AskGallery,
    AskPixels,
    CalibrationMeasured,
    Command,
    CommandFailed,
    ConfusionTold,
    GalleryTold,
    MeasureCalibration,
    MeasureRobustness,
    PixelsTold,
    RobustnessMeasured,
)
from tui.terminal.sanitize import sanitize

Question = AskConfusion | AskGallery | AskPixels | MeasureCalibration | MeasureRobustness
IDS: dict[type[Command], int] = {
    AskConfusion: 301, AskGallery: 302, AskPixels: 303, MeasureCalibration: 304, MeasureRobustness: 305,
}  # fmt: skip
OURS = frozenset(IDS.values())
SIDE = 28 * 28
MOST_CONFUSIONS = 32  # epochs
MOST_PIXELS = 256
MOST_MEASURED = 8


class Answers(msgspec.Struct, frozen=True):
    """What is known, of each kind the newest few, newest first.

    `open` are the questions that wait for their answer, `refused` the last ones that got none, with the reason: one of
    each kind. `so_far` is what of the open question of robustness is measured.
    """

    open: Mapping[int, Question] = msgspec.field(default_factory=dict)
    refused: Mapping[int, tuple[Question, str]] = msgspec.field(default_factory=dict)
    confusions: tuple[ConfusionTold, ...] = ()
    gallery: GalleryTold | None = None
    pixels: Mapping[tuple[str, int], bytes] = msgspec.field(default_factory=dict)  # of a run's test images, by index
    calibrations: tuple[CalibrationMeasured, ...] = ()
    robustness: tuple[tuple[int, RobustnessMeasured], ...] = ()  # with how many images were asked for
    so_far: RobustnessMeasured | None = None

    def may_ask(self, question: Question) -> bool:
        """Tell whether to ask: not while a question of this kind is open, nor again what was refused."""
        number = IDS[type(question)]
        return number not in self.open and self.refused.get(number, (None, ""))[0] != question

    def without(self, run: str) -> "Answers":
        """Forget what was told of a run, or refused: it goes on from an earlier epoch, perhaps, or was deleted."""
        refused = {each: told for each, told in self.refused.items() if run not in runs_of(told[0])}
        return replace(
            self,
            refused=refused,
            confusions=tuple(each for each in self.confusions if each.run != run),
            gallery=None if self.gallery is not None and self.gallery.run == run else self.gallery,
            calibrations=tuple(each for each in self.calibrations if each.run != run),
            robustness=tuple(each for each in self.robustness if run not in each[1].runs),
        )

    def is_open(self, kind: type[Command]) -> bool:
        return IDS[kind] in self.open

    def problem(self, kind: type[Command], run: str = "") -> str:
        """Return why the last question of a kind has no answer; with a `run`, only if it was about that one."""
        question, reason = self.refused.get(IDS[kind], (None, ""))
        return reason if question is not None and (not run or getattr(question, "run", run) == run) else ""

    def asked(self, question: Question) -> "Answers":
        """Return the answers once a question is on its way."""
        number = IDS[type(question)]
        refused = {each: told for each, told in self.refused.items() if each != number}
        so_far = None if isinstance(question, MeasureRobustness) else self.so_far
        return replace(self, open={**self.open, number: question}, refused=refused, so_far=so_far)

    def confusion_of(self, run: str, epoch: int) -> ConfusionTold | None:
        return next((each for each in self.confusions if (each.run, each.epoch) == (run, epoch)), None)

    def epochs_of(self, run: str) -> list[int]:
        """Return the epochs whose confusion a run has kept, as far as it is known."""
        return next((each.epochs for each in self.confusions if each.run == run), [])

    def calibration_of(self, run: str) -> CalibrationMeasured | None:
        return next((each for each in self.calibrations if each.run == run), None)

    def robustness_of(self, runs: Iterable[str], images: int) -> RobustnessMeasured | None:
        """Return what was measured of these runs when so many images were asked for."""
        wanted = list(runs)
        return next((each for asked, each in self.robustness if asked == images and each.runs == wanted), None)


def runs_of(question: Question) -> list[str]:
    """Return the runs that a question is about."""
    return question.runs if isinstance(question, MeasureRobustness) else [question.run]


def heard(answers: Answers, event: AnyEvent) -> Answers:
    """Return the answers after an event."""
    if isinstance(event, RobustnessMeasured) and event.reply_to not in OURS:  # told to every screen, whoever asked
        question = answers.open.get(IDS[MeasureRobustness])
        mine = isinstance(question, MeasureRobustness) and question.runs == event.runs
        return replace(answers, so_far=event) if mine and not event.done else answers
    question = answers.open.get(event.reply_to)
    answers = replace(answers, open={each: asked for each, asked in answers.open.items() if each != event.reply_to})
    match event:
        case CommandFailed() if question is not None:
            refused = {**answers.refused, event.reply_to: (question, sanitize(event.reason))}
            return replace(answers, refused=refused)
        case ConfusionTold():
            others = [each for each in answers.confusions if (each.run, each.epoch) != (event.run, event.epoch)]
            return replace(answers, confusions=(event, *others)[:MOST_CONFUSIONS])
        case GalleryTold():
            return replace(answers, gallery=event)
        case PixelsTold():
            return replace(answers, pixels=with_pixels(answers.pixels, event))
        case CalibrationMeasured():
            others_measured = [each for each in answers.calibrations if each.run != event.run]
            return replace(answers, calibrations=(event, *others_measured)[:MOST_MEASURED])
        case RobustnessMeasured():
            images = question.images if isinstance(question, MeasureRobustness) else event.images
            others_tested = [each for each in answers.robustness if (each[0], each[1].runs) != (images, event.runs)]
            return replace(answers, robustness=((images, event), *others_tested)[:MOST_MEASURED], so_far=None)
    return answers


def with_pixels(known: Mapping[tuple[str, int], bytes], told: PixelsTold) -> dict[tuple[str, int], bytes]:
    """Return the images that are known, with those that were told; the oldest are forgotten."""
    new = {
        (told.run, index): told.pixels[SIDE * place : SIDE * (place + 1)] for place, index in enumerate(told.indices)
    }
    every = {**{key: value for key, value in known.items() if key not in new}, **new}
    return dict(list(every.items())[-MOST_PIXELS:])
