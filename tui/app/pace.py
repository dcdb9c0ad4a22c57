"""An app that is drawn when there is news: at once, or seldom enough to leave the processors to what trains."""

import math
import os
import time
from time import thread_time

from textual.app import App
from textual.driver import Driver
from textual.events import Event, Key, MouseDown
from textual.timer import Timer, TimerCallback

SHARE = 0.04  # of one processor that the screen may take while something trains
RESTED = 0.3  # seconds after a key, in which the next one may come
ANSWERED = 2.0  # seconds after a key or click, in which what comes may be its answer
SLOWEST = 1.0  # seconds between two frames, however long one takes


class PacedApp(App[None]):
    """Draws at most a frame at a time."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        # A remote terminal gets half the frames: what it draws has to travel.
        self.frame_time = 0.5 if "SSH_CONNECTION" in os.environ else 0.25
        self.paced = True  # fewer frames where they would take too much of a processor
        self._drawn = 0.0
        self._counted = thread_time()  # seconds of a processor, when it was drawn last
        self._spent = 0.0  # of a processor, from the time before to that
        self._waiting: Timer | None = None  # for the time to draw
        self._due, self._due_live = 0.0, False  # that time, and whether only for what trains
        self._typed = -math.inf  # when there was a key, or a click

    @property
    def live_interval(self) -> float:
        """Seconds between two frames of what trains: as many as leave the processors to it."""
        return max(self.frame_time, min(self._spent / SHARE, SLOWEST)) if self.paced else self.frame_time

    @property
    def typed_lately(self) -> bool:
        """Whether news may be an answer to somebody."""
        return time.monotonic() - self._typed < ANSWERED

    def draw_soon(self, after: float, *, live: bool = False) -> None:
        """Draw so many seconds after the last time, or now; what is `live` waits for keys to be answered first."""
        now = time.monotonic()
        at = max(now, self._drawn + after)
        if self._waiting is not None and self._due <= at:
            self._due_live &= live
            return
        if self._waiting is not None:
            self._waiting.stop()
        self._due, self._due_live = at, live
        self._waiting = self.set_timer(at - now, self.draw_in_time)

    def draw_in_time(self) -> None:
        """Draw, or a little later: who types has the screen first, but a run is not still for ever."""
        self._waiting = None
        rested = self._typed + RESTED
        if self._due_live and time.monotonic() < min(rested, self._drawn + SLOWEST):
            self.draw_soon(rested - self._drawn, live=True)
        else:
            self.draw()

    def draw(self) -> None:
        """Draw what there is to see."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._drawn = time.monotonic()
        before, self._counted = self._counted, thread_time()
        self._spent = self._counted - before

    def note_key(self) -> None:
        """Somebody is there, and what he does is to be answered."""
        self._typed = time.monotonic()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key | MouseDown):
            self.note_key()
        await super().on_event(event)

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Textual's own, which skips a call that is late by its delay: it would freeze the screen, or keep its old
        size for ever. Here late means late. It is paused until that is said: from Python 3.12 on it runs at once."""
        timer = super().set_timer(delay, callback, name=name, pause=True)
        timer._skip = False
        if not pause:
            timer.resume()
        return timer
