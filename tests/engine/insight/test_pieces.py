"""Long answers beside training."""

import itertools

import pytest

from engine.insight import pieces
from engine.insight.pieces import REST, Answering, LongQuestions
from engine.vocabulary.messages import AnyEvent, CommandDone, StopMeasuring


def test_training_keeps_most_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pieces.time, "monotonic", lambda: now)
    worked = []

    def work() -> Answering:
        nonlocal now
        while len(worked) < 3:
            now += 2.0  # seconds that a piece of a large network takes
            worked.append(now)
            yield None
        return CommandDone()

    answers: list[AnyEvent] = []
    questions = LongQuestions(lambda event: None, lambda name, give: give())
    questions.ask("work", StopMeasuring(id=5), answers.append, work)
    while not answers:
        questions.advance(beside=True)
        now += 0.1  # of training
    assert [later - before for before, later in itertools.pairwise(worked)] == pytest.approx(
        [2.0 + 2.0 * REST] * 2, abs=0.15
    )
    assert answers == [CommandDone(reply_to=5)]


def test_alone_it_does_not_rest() -> None:
    def work() -> Answering:
        yield None
        yield None
        return CommandDone()

    answers: list[AnyEvent] = []
    questions = LongQuestions(lambda event: None, lambda name, give: give())
    questions.ask("work", StopMeasuring(), answers.append, work)
    for _ in range(3):
        assert questions.doing == "work"
        questions.advance()
    assert answers == [CommandDone()]
    assert questions.doing == ""
