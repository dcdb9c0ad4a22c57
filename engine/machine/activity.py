"""What the training thread is doing, written by it and read by the thread that serves."""

import time

STEP = "a training step"
FADING = 0.98  # of the longest step, with each further one


class Pulse:
    """`doing` is "" while it waits for a command. `beats` counts what it has begun. `usual` is the longest of the last
    steps, in seconds: the first ones, and those that meet other processes, take many times the mean."""

    def __init__(self) -> None:
        self.doing = ""
        self.beats = 0
        self.usual = 0.0
        self._began = time.monotonic()

    def begin(self, doing: str) -> None:
        now = time.monotonic()
        if self.doing == STEP:
            self.usual = max(now - self._began, FADING * self.usual)
        self.doing = doing
        self._began = now
        self.beats += 1


PULSE = Pulse()  # of the one training thread of this process
