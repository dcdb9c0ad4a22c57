"""The study in progress: trains trials one after another, and reports them and those of other engines.

Trials never see the test set: they are trained and measured on a data set whose test images are training images held
out. They have no folder, so that hundreds of them fill no list of runs.
"""

import time
from collections.abc import Callable, Generator

import msgspec

from engine.data.dataset import Dataset
from engine.networks.own.code import Code
from engine.storage.printing import say, say_traceback
from engine.storage.runs.checkpoint import brief
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import TrainingFailed
from engine.tuning.kept.storage import TROUBLE
from engine.tuning.study import Study, Trial, TrialLost
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import (
    EpochDone,
    ImportancesTold,
    RunEvent,
    StudyContinued,
    StudyEnded,
    StudyEvent,
    StudyPaused,
    StudyStarted,
    TrialSummary,
    TrialTold,
)

POLL_EVERY = 2.0  # seconds between two polls of what other engines have done
HEARTBEAT_EVERY = 30.0
PATIENCE = 1.0  # seconds between two attempts to get a trial, or to write what the storage did not take
FAILURES = 3  # trials in a row that fail for no reason of their own: the rest would as well
IMPORTANCES_SHARE = 0.05  # of the time


class ActiveStudy:
    """`problem` says what it waits for, "" when it does not; `ended` is set when it is over, for this engine."""

    def __init__(
        self, study: Study, base: RunConfig, data: Dataset, code: dict[str, Code], publish: Callable[[StudyEvent], None]
    ) -> None:
        self.study = study
        self.name = study.name
        self.paused = False
        self.problem = ""
        self.ended: StudyEnded | None = None
        self.recorded: Callable[..., Generator[RunEvent, None, None]] = lambda number, run, events: events
        self._base = base
        self._data = data
        self._code = code
        self._publish = publish
        self._trial: Trial | None = None
        self._events: Generator[RunEvent, None, None] | None = None
        self._reported: EpochDone | None = None  # an epoch that the storage has not yet taken
        self._result: str | None = None  # how the trial ended, which the storage has not yet taken: "", pruned or why
        self._last: EpochDone | None = None
        self._seconds = 0.0  # of the trial: training and tests
        self._told: dict[int, TrialSummary] = {}
        self._polled = self._heartbeat_sent = time.monotonic()
        self._importances_due = 0.0
        self._waits = False  # for trials of other engines
        self._failures = 0
        publish(
            StudyStarted(
                study=self.name, time=time.time(), base=study.spec.config, search=study.spec.search,
                trials=study.spec.trials, sampler=study.spec.sampler, pruner=study.spec.pruner,
                storage=study.storage.place, validation_images=len(data.test_labels),
            )
        )  # fmt: skip

    @property
    def patience(self) -> float | None:
        """Seconds that the worker may wait for a command before it calls `advance` again; None: for ever."""
        if self.problem or self._waits:
            return PATIENCE
        if self.paused:
            return HEARTBEAT_EVERY if self._trial is not None else None
        return 0.0

    def advance(self) -> None:
        """Train until the next event, or do one thing with the storage."""
        try:
            self._poll(now=bool(self.problem))
            if self.problem:
                self.study.storage.mend()
            if self._result is not None:
                self._tell()
            elif self._reported is not None:
                self._report(self._reported)
            elif self._trial is None and not self.paused:
                self._take()
            elif not self.paused:
                self._train()
            if self.problem and self.ended is None:
                self._solved()
        except TrialLost as lost:
            say(f"study {self.name}: {lost}")
            self._drop()
        except TROUBLE as error:
            self._wait(error)
        except Exception as error:  # of Optuna, or a storage that holds nonsense: the engine goes on without it
            say_traceback()
            self._drop()
            self._end("failed", f"{type(error).__name__}: {brief(error)}")

    def pause(self, paused: bool) -> None:
        if self.paused == paused:
            return
        self.paused = paused
        self._publish(StudyPaused(study=self.name) if paused else StudyContinued(study=self.name))

    def stop(self) -> None:
        """End it for this engine; the trial in progress is left to whoever continues the study."""
        reason = ""
        try:
            if self._result is not None:
                self._tell()
            elif self._trial is not None:
                self.study.put_back(self._trial)
            self._poll(now=True)
        except TrialLost:
            pass
        except Exception as error:
            reason = f"the trial in progress could not go back into the queue ({brief(error)}); it will be tried again"
        self._drop()
        self._end("stopped", reason)

    # ------------------------------------------------------------------- trial

    def _take(self) -> None:
        self._trial = self.study.take()
        self._waits = self._trial is None
        if self._trial is not None:
            self._begin(self._trial)
        self._poll(now=True)
        if self._trial is None and not self.study.waiting():
            self._tell_importances(now=True)
            self._end("finished")

    def _begin(self, trial: Trial) -> None:
        try:
            config = self._base.replace({**trial.changes, **dict.fromkeys(("validation", "patience"), 0)})
            code, name = self._code.get(config.model), f"{self.name}, trial {trial.number}"
            run = Run(config, self._data, name=name, code=code, conventions=self.study.spec.conventions)
            self._events = self.recorded(trial.number, run, train(run))
        except ConfigError as error:
            self._result = str(error)  # values that do not go together
        except Exception as error:
            self._fail(error)

    def _train(self) -> None:
        assert self._events is not None
        try:
            event = next(self._events, None)
        except TrainingFailed as error:
            self._result = str(error)  # the values are bad, and that is worth knowing
            self._failures = 0
        except (Exception, SystemExit) as error:
            self._fail(error)
        else:
            if isinstance(event, EpochDone):
                self._last = self._reported = event
                self._seconds += event.seconds + event.test_seconds
                self._report(event)
            elif event is None:
                self._result, self._failures = "", 0

    def _fail(self, error: BaseException) -> None:
        """Note that a trial failed in a way that nobody foresaw."""
        say_traceback()
        self._result = f"{type(error).__name__}: {brief(error)}"
        self._failures += 1

    def _report(self, event: EpochDone) -> None:
        assert self._trial is not None
        prune = self.study.report(self._trial, event.epoch, event.test_accuracy)
        self._reported = None
        if prune and event.epoch < self._base.epochs:
            self._result, self._failures = "pruned", 0
        self._poll(now=True)

    def _tell(self) -> None:
        """Tell the storage how the trial ended, and begin anew."""
        trial, result, last = self._trial, self._result, self._last
        assert trial is not None
        assert result is not None
        problem = "" if result == "pruned" else result
        accuracy, loss = (last.test_accuracy, last.test_loss) if last is not None else (None, None)
        self.study.tell(trial, accuracy, loss, self._seconds, pruned=result == "pruned", problem=problem)
        self._drop()
        self._poll(now=True)
        self._tell_importances()
        if self._failures >= FAILURES:
            self._end("failed", f"{FAILURES} trials in a row failed; the last one with {problem}")

    def _drop(self) -> None:
        if self._events is not None:
            self._events.close()
        self._trial = self._events = self._reported = self._result = self._last = None
        self._seconds = 0.0

    # ------------------------------------------------------------------- study

    def _poll(self, *, now: bool = False) -> None:
        """Tell how trials stand, wherever they are trained, and that this engine is there."""
        if not now and time.monotonic() - self._polled < POLL_EVERY:
            return
        self._polled = time.monotonic()
        if self._trial is not None and self._polled - self._heartbeat_sent >= HEARTBEAT_EVERY:
            self.study.heartbeat(self._trial)
            self._heartbeat_sent = self._polled
        for trial in self.study.summaries():
            before = self._told.get(trial.number)
            if trial != before and (before is not None or trial.state != "lost"):
                self._told[trial.number] = trial
                checked = msgspec.convert(msgspec.to_builtins(trial), TrialSummary)  # others have written it
                self._publish(TrialTold(study=self.name, trial=checked))

    def _tell_importances(self, *, now: bool = False) -> None:
        """Tell what matters, as often as it costs next to nothing: it takes longer with each trial."""
        began = time.monotonic()
        if not now and began < self._importances_due:
            return
        if importances := self.study.importances():
            self._publish(ImportancesTold(study=self.name, importances=importances))
        took = time.monotonic() - began
        self._importances_due = began + took / IMPORTANCES_SHARE

    def _wait(self, error: Exception) -> None:
        """Wait until the storage takes what it does not take now; nothing is lost meanwhile."""
        problem = f"{self.study.storage.place}: {brief(error)}"
        if problem != self.problem:
            self.problem = problem
            say(f"study {self.name} waits for its storage: {problem}")
            self._publish(StudyPaused(study=self.name, reason=problem))

    def _solved(self) -> None:
        """Say that trouble is over, once what was waiting has been done: a storage may be read, and take nothing."""
        self.problem = ""
        self._publish(StudyPaused(study=self.name) if self.paused else StudyContinued(study=self.name))

    def _end(self, state: str, reason: str = "") -> None:
        self.ended = StudyEnded(study=self.name, state=state, reason=reason)
        self._publish(self.ended)
