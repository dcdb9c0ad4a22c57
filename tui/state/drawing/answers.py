"""What the engine says of the drawing: what it sees, why, what was saved, and what it refused."""

import msgspec
from msgspec.structs import replace

from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    DrawingClassified,
    DrawingSaved,
    Evaluated,
    Explained,
    FilesPredicted,
)
from tui.terminal.sanitize import sanitize

# What the screen of drawing asks has these ids, below those of a client's own requests, so that an answer is known by
# its `reply_to`: other screens ask for the like.
CLASSIFY, EXPLAIN, SAVE, READ, TEST = 701, 702, 703, 704, 705
MOST_KEPT = 64  # answers for one drawing; beyond, every second of the older half goes

Trail = tuple[tuple[int, tuple[float, ...]], ...]  # steps of the weights, and what they answered


class DrawingAnswers(msgspec.Struct, frozen=True):
    """The newest answer of each kind; `trail` is how that for the present drawing moved while the run trained."""

    answer: DrawingClassified | None = None
    trail: Trail = ()
    explained: Explained | None = None
    saved: DrawingSaved | None = None
    read: FilesPredicted | None = None  # a picture that is opened
    tested: Evaluated | None = None  # on the user's own digits
    problem: str = ""
    problem_of: int = 0  # the id of the question that was refused


def is_of_drawing(event: AnyEvent) -> bool:
    """Whether an event answers what the screen of drawing asked."""
    return CLASSIFY <= event.reply_to <= TEST


def apply_to_drawing(answers: DrawingAnswers, event: AnyEvent) -> DrawingAnswers:
    """Return what is known after an event that is_of_drawing."""
    match event:
        case CommandFailed():
            if event.reply_to == TEST:  # there are none yet
                return replace(answers, tested=None)
            return replace(answers, problem=sanitize(event.reason), problem_of=event.reply_to)
        case DrawingClassified():
            answers = replace(answers, trail=trail_after(answers, event), answer=event)
        case Explained():
            answers = replace(answers, explained=event)
        case DrawingSaved():
            answers = replace(answers, saved=event)
        case FilesPredicted():
            answers = replace(answers, read=event)
        case Evaluated():
            answers = replace(answers, tested=event)
    return replace(answers, problem="", problem_of=0) if event.reply_to == answers.problem_of else answers


def trail_after(answers: DrawingAnswers, now: DrawingClassified) -> Trail:
    """Return the trail with another answer; for another drawing, or from another run, it begins anew."""
    last = answers.answer
    same = last is not None and (last.run, last.pixels) == (now.run, now.pixels)
    before = tuple(each for each in answers.trail if each[0] < now.step) if same else ()
    trail = (*before, (now.step, tuple(now.probabilities)))
    if len(trail) > MOST_KEPT:
        half = len(trail) // 2
        trail = (*trail[:half:2], *trail[half:])
    return trail
