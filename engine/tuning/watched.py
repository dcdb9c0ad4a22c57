"""A study whose trials are trained by other processes of this engine: it is told how they stand."""

from engine.storage.printing import say_traceback
from engine.storage.runs.checkpoint import brief
from engine.tuning.active import PATIENCE, ActiveStudy
from engine.tuning.kept.storage import TROUBLE


class WatchedStudy(ActiveStudy):
    """Ends when `leave` was called: nobody trains trials of it here any more."""

    _left: str | None = None  # the latest trouble of those that have left, "" for none
    _stopping = False

    @property
    def patience(self) -> float | None:
        return PATIENCE

    def advance(self) -> None:
        """Tell what has become of trials since the last time."""
        try:
            self._poll(now=True)
            self._tell_importances(now=self._left is not None)
            if self._left is not None:
                self._conclude(self._left)
            elif self.problem:
                self._solved()
        except TROUBLE as error:
            self._wait(error)
        except Exception as error:  # of Optuna, or a storage that holds nonsense
            say_traceback()
            self._end("failed", f"{type(error).__name__}: {brief(error)}")

    def _conclude(self, trouble: str) -> None:
        if self._stopping:
            self._end("stopped")
        elif trouble or self.study.waiting():
            self._end("failed", trouble or "its processes ended before its trials were done")
        else:
            self._end("finished")

    def leave(self, trouble: str) -> None:
        self._left = trouble

    def stop(self) -> None:
        """Have it end as stopped once its processes have put back what they train."""
        self._stopping = True
