"""One client of the engine: its queue of messages, and how much it may ask at once."""

import asyncio
from collections import deque

from engine.vocabulary.messages import AnyEvent, StepsDone, encode, merge_steps

OUTBOX = 2_000  # events a client may lag behind; it is then told the state as it is, instead of what it missed
OPEN_QUESTIONS = 16  # commands of one client that are not yet answered and taken; no more are read


class Connection:
    """`send` and `answer` never block. Steps are merged while they wait, all else is kept as it came."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.watching = ""  # the past run that it shows
        self.questions = asyncio.Semaphore(OPEN_QUESTIONS)
        self.outbox: deque[tuple[AnyEvent, bool]] = deque()  # with whether it is the end of an answer
        self._ready = asyncio.Event()

    def send(self, event: AnyEvent) -> bool:
        """Queue an event; False when the client lags too far behind."""
        last, _ = self.outbox[-1] if self.outbox else (None, False)
        if isinstance(event, StepsDone) and isinstance(last, StepsDone) and last.run == event.run:
            self.outbox[-1] = merge_steps(last, event), False
        else:
            self.outbox.append((event, False))
        self._ready.set()
        return len(self.outbox) <= OUTBOX

    def answer(self, event: AnyEvent, last: bool = True) -> None:
        """Queue an answer to a command; the last part of it allows the next command."""
        self.outbox.append((event, last))
        self._ready.set()

    def forget_news(self) -> None:
        """Drop what waits, but for answers: somebody waits for those."""
        self.outbox = deque((event, last) for event, last in self.outbox if last or event.reply_to)

    async def drain(self) -> None:
        """Write the outbox as fast as the client reads. Raises ConnectionError when it is gone."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self.outbox:
                event, last = self.outbox.popleft()
                self.writer.write(encode(event))
                await self.writer.drain()
                if last:
                    self.questions.release()
