"""Which answer belongs to which question of certainty."""

from collections.abc import Callable

from engine.insight.certainty.questions import Subject, answer_calibration
from engine.insight.certainty.robustness import answer_robustness
from engine.insight.certainty.together import answer_comparison, answer_together
from engine.insight.pieces import Answering
from engine.vocabulary.messages import (
    AskGalleryNow,
    Command,
    ComparePredictions,
    Evaluate,
    EvaluateTogether,
    InsightQuestion,
    MeasureCalibration,
    MeasureRobustness,
    Predict,
    PredictFiles,
)

LongQuestion = MeasureCalibration | MeasureRobustness | EvaluateTogether | ComparePredictions
Asked = LongQuestion | Predict | PredictFiles | Evaluate | AskGalleryNow | InsightQuestion
IN_WORDS: dict[type[Command], str] = {  # for who waits for it
    MeasureCalibration: "measuring how sure a run is",
    MeasureRobustness: "testing runs on corrupted images",
    EvaluateTogether: "testing several runs as one",
    ComparePredictions: "comparing two runs image by image",
}


def runs_asked(command: Asked) -> list[str]:
    """Return the names of the runs that a question is about, "" for the live one or the latest."""
    match command:
        case PredictFiles():
            return command.runs or [command.run]
        case ComparePredictions():
            return [command.a, command.b]
        case MeasureRobustness() | EvaluateTogether():
            return command.runs
        case _:
            return [command.run]


def answering(command: LongQuestion, subject: Callable[[str], Subject]) -> Answering:
    """Return the work on an answer, which begins when it is asked for its first piece; `subject` finds a run."""
    subjects = [subject(name) for name in runs_asked(command)]
    match command:
        case MeasureCalibration():
            return answer_calibration(subjects[0], command)
        case MeasureRobustness():
            return answer_robustness(subjects, command)
        case EvaluateTogether():
            return answer_together(subjects)
        case ComparePredictions():
            return answer_comparison(*subjects)
