"""Long answers, given a piece at a time: between two pieces commands are carried out and a run trains on."""

from collections import deque
from collections.abc import Callable, Generator
from typing import NamedTuple

import msgspec

from engine.vocabulary.messages import AnyEvent, Command

PIECE = 250  # images that pass through a network at a time: some 10 ms of the small ones on a CPU
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

    def advance(self) -> None:
        """Work on the first of them, for a piece."""
        if not self._waiting:
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
