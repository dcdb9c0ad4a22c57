"""Long answers, given a piece at a time: between two pieces commands are carried out and a run trains on."""

import time
from collections import deque
from collections.abc import Callable, Generator
from typing import NamedTuple

import msgspec

from engine.vocabulary.messages import AnyEvent, Command

PIECE = 100  # images that pass through a network at a time: some 5 ms of a small one on a CPU, 0.5 s of a large one
REST = 4  # times as long as a piece took, before the next one, while something trains
MOST_WAITING = 16

Answering = Generator[AnyEvent | None, None, AnyEvent]  # yields between pieces, at times what to tell every screen
Answered = Callable[[str, Callable[[], AnyEvent]], AnyEvent | None]  # makes what a command raises an answer too


class TooManyQuestions(Exception):
    """More wait for their answer than there is room for."""


class Question(NamedTuple):
    what: str
    command: Command
    reply: Callable[[AnyEvent], None]
    answering: Answering


class LongQuestions:
    """Those that wait for their answer, the first of them in work."""

    def __init__(self, tell: Callable[[AnyEvent], None], answered: Answered) -> None:
        """`tell` publishes to every screen how far an answer is."""
        self._waiting: deque[Question] = deque()
        self._tell = tell
        self._answered = answered
        self._rests_until = 0.0

    @property
    def doing(self) -> str:
        """What is in work, in words; "" for nothing."""
        return self._waiting[0].what if self._waiting else ""

    def ask(
        self, what: str, command: Command, reply: Callable[[AnyEvent], None], begin: Callable[[], Answering]
    ) -> None:
        """Have a command answered. Raises TooManyQuestions, and what `begin` raises."""
        if len(self._waiting) >= MOST_WAITING:
            raise TooManyQuestions(f"{MOST_WAITING} questions wait for an answer; ask again once there are fewer")
        self._waiting.append(Question(what, command, reply, begin()))

    def advance(self, beside: bool = False) -> None:
        """Work on the first of them, for a piece; `beside` training, which keeps most of the time, now and then."""
        began = time.monotonic()
        if not self._waiting or (beside and began < self._rests_until):
            return
        question = self._waiting[0]
        try:
            told = next(question.answering)
        except StopIteration as done:
            answer: AnyEvent = done.value
            self._finish(lambda: answer)
        except (Exception, SystemExit) as error:  # a user's own network may raise whatever it likes
            self._finish(raising(error))
        else:
            if told is not None:
                self._tell(told)
        now = time.monotonic()
        self._rests_until = now + REST * (now - began)

    def stop(self, reason: Exception) -> None:
        """End them all; who asked is told the reason."""
        while self._waiting:
            self._waiting[0].answering.close()
            self._finish(raising(reason))

    def _finish(self, give: Callable[[], AnyEvent]) -> None:
        question = self._waiting.popleft()
        answer = self._answered(type(question.command).__name__, give)
        if answer is not None:
            question.reply(msgspec.structs.replace(answer, reply_to=question.command.id))


def raising(error: BaseException) -> Callable[[], AnyEvent]:
    def give() -> AnyEvent:
        raise error

    return give
