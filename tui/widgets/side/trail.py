"""How the network's answers for a few digits moved while it trained. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.vocabulary.messages import Digit

MOST_ANSWERS = 64  # kept of a digit; beyond, every second of the older half goes

Answer = tuple[int, tuple[float, ...]]  # the step of the weights, ten probabilities


@dataclass(frozen=True)
class Trail:
    """A digit as it was answered last, and the answers so far, the oldest first."""

    digit: Digit
    answers: tuple[Answer, ...] = ()

    def after(self, step: int, digit: Digit) -> "Trail":
        """Return the trail with another answer; a run that was resumed at an earlier step answers anew from there."""
        before = tuple(answer for answer in self.answers if answer[0] < step)
        answers = (*before, (step, tuple(digit.probabilities)))
        if len(answers) > MOST_ANSWERS:
            half = len(answers) // 2
            answers = (*answers[:half:2], *answers[half:])
        return Trail(digit, answers)


@dataclass(frozen=True)
class Trails:
    """Those of the digits that were asked about for one run."""

    run: str = ""
    of: tuple[Trail, ...] = ()

    def after(self, run: str, step: int, digits: Sequence[Digit]) -> "Trails":
        """Return the trails after an answer for these digits; others are forgotten."""
        known = {trail.digit.index: trail for trail in self.of} if run == self.run else {}
        return Trails(run, tuple(known.get(each.index, Trail(each)).after(step, each) for each in digits))
