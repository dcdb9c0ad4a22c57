"""What the training thread is doing, written by it and read by the thread that serves."""

import time

STEP = "a training step"
FADING = 0.98  # of the longest step, with each further one


class Activity:
    """`doing` is "" while it waits for a command. `count` counts what it has begun. `usual_step` is the longest of the
    last steps, in seconds: the first ones, and those that meet other processes, take many times the mean."""

    def __init__(self) -> None:
        self.doing = ""
        self.count = 0
        self.usual_step = 0.0
        self._began = time.monotonic()

    def begin(self, doing: str) -> None:
        now = time.monotonic()
        if self.doing == STEP:
            self.usual_step = max(now - self._began, FADING * self.usual_step)
        self.doing = doing
        self._began = now
        self.count += 1


ACTIVITY = Activity()  # of the one training thread of this process
