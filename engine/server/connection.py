"""One client of the engine: its queue of messages, and how much it may ask at once."""

import asyncio
from collections import deque

from engine.vocabulary.messages import AnyEvent, MachineMeasured, StepsDone, encode, merge_steps

OUTBOX = 2_000  # events a client may lag behind; it is then told the state as it is, instead of what it missed
OPEN_QUESTIONS = 16  # commands of one client that are not yet answered and taken; no more are read


class Connection:
    """`send` and `answer` never block. Steps are merged while they wait, as are measurements of
    the machine; all else is kept as it came."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.several = False  # whether it knows of several runs at once
        self.watching = ""  # the past run that it shows
        self.questions = asyncio.Semaphore(OPEN_QUESTIONS)
        self.outbox: deque[tuple[AnyEvent, bool]] = deque()  # with whether it is the end of an answer
        self._ready = asyncio.Event()

    def send(self, event: AnyEvent) -> bool:
        """Queue an event; False when the client lags too far behind."""
        if not self._merge(event):
            self.outbox.append((event, False))
        self._ready.set()
        return len(self.outbox) <= OUTBOX

    def _merge(self, event: AnyEvent) -> bool:
        """Put steps into those that wait, and a measurement of the machine in place of the one that waits."""
        for place in range(-1, -1 - min(2, len(self.outbox)), -1):
            waiting, _ = self.outbox[place]
            if isinstance(event, StepsDone) and isinstance(waiting, StepsDone) and waiting.run == event.run:
                self.outbox[place] = merge_steps(waiting, event), False
                return True
            if isinstance(event, MachineMeasured) and isinstance(waiting, MachineMeasured):
                self.outbox[place] = event, False
                return True
            if not isinstance(waiting, StepsDone | MachineMeasured):
                return False
        return False

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
