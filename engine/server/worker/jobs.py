"""What trains: a run, a study or the learning-rate finder. One at a time, except the finder with a paused run."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.machine.activity import ACTIVITY, STEP
from engine.machine.cpu_priority import Priority
from engine.machine.device import choose_device
from engine.machine.process_group import ProcessGroup
from engine.networks.own.code import named_code
from engine.networks.own.isolation import isolated
from engine.server.pool.planning import with_share
from engine.server.pool.pool import Pool
from engine.server.protocols import EventSink
from engine.server.worker.active_run import ActiveRun
from engine.server.worker.begin_run import begin_new, begin_resumed
from engine.server.worker.checks import Busy, CommandError, check_machine, check_traces, checked, where_to_log
from engine.server.worker.inspection import Inspector
from engine.server.worker.loaded_data import Loader
from engine.storage.printing import say_traceback
from engine.storage.runs.bounded_history import History
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.log_writer import RunLog
from engine.training.lr_finder import find_rates
from engine.training.memory import give_back
from engine.training.run import Run
from engine.tuning.files import INSTALL, can_tune
from engine.vocabulary.config import Value
from engine.vocabulary.messages import FindRate, RatesTried, ResumeRun, RunEvent, StartRun, StartStudy, Steer, Steered
from engine.vocabulary.search_space import networks_in, parse_search

if TYPE_CHECKING:
    from engine.tuning.active import ActiveStudy


class Jobs:
    """Begins, steers and ends what trains; `advance` goes on with it. What is not possible now is a CommandError."""

    def __init__(
        self,
        checkpoints: Path,
        loader: Loader,
        inspector: Inspector,
        sink: EventSink,
        group: ProcessGroup,
        pool: Pool | None = None,
    ) -> None:
        """`pool` has the processes that train beside each other; None: this is one of them."""
        self.pool = pool
        self.checkpoints = checkpoints
        self.loader = loader
        self.inspector = inspector
        self.sink = sink
        self.group = group
        self.active: ActiveRun | None = None
        self.study: ActiveStudy | None = None  # only without a run
        self.finding: Generator[RatesTried, None, None] | None = None
        self.priority = Priority()
        self._untidy = False  # memory of what has ended is still held

    @property
    def live(self) -> Run | None:
        active = self.active  # another thread asks
        return active.run if active is not None else None

    @property
    def training(self) -> "ActiveRun | ActiveStudy | None":
        return self.active or self.study

    @property
    def patience(self) -> float | None:
        """Seconds that may pass before `advance` is called again; None: for ever, as there is nothing to do."""
        if self.finding is not None:
            return 0.0
        return self.training.patience if self.training is not None else None

    def advance(self) -> None:
        """Train until the next event, if anything trains."""
        if self.finding is not None:
            ACTIVITY.begin("looking for a learning rate")
            self._try_rates(self.finding)
        elif self.active is not None and not self.active.idle:
            ACTIVITY.begin("saving" if self.active.problem else STEP)
            self.active.advance()
            if self.active.ended is not None:
                self._leave(self.active)
        elif self.study is not None:
            ACTIVITY.begin("continuing a study")
            self.study.advance()
            if self.study.ended is not None:
                self.study = None
                self._untidy = True

    def end_finding(self, why: str) -> None:
        """Drop the learning-rate finder, and tell those who wait for it."""
        if self.finding is not None:
            self.finding = None
            self._untidy = True
            self.sink.publish(RatesTried(rates=[], losses=[], smoothed=[], done=True, problem=why))

    def tidy(self) -> None:
        """Give back the memory of what has ended; called when there is nothing else to do."""
        if self._untidy:
            self._untidy = False
            give_back()

    # ------------------------------------------------------------------- begin

    def start(self, command: StartRun) -> None:
        self.check_free()
        if command.jobs > 1 and self.group.size > 1:
            raise CommandError(f"this engine has {self.group.size} processes for one run; train one at a time with it")
        config = with_share(checked(command.config), command.jobs)
        check_machine(config, self.group)
        self._launch(*begin_new(self.checkpoints, command, config, self.loader, self.group))

    def resume(self, command: ResumeRun) -> None:
        self.check_free()
        run, log = begin_resumed(self.checkpoints, command, self.loader, self.group)
        self.sink.replace_history(History(EventReader(log.folder)).events)
        self._launch(run, log)

    def start_study(self, command: StartStudy) -> None:
        self.check_free()
        if not can_tune():
            raise CommandError(INSTALL)
        from engine.server.pool.trials import begin_search  # Optuna is an extra, and takes a while to import

        config = checked(command.base)
        named = networks_in(parse_search(command.search)) if command.search else set()
        check_traces(*(named_code(model) for model in {config.model, *named}))
        device = choose_device(config.device)
        if self.group.size > 1:
            raise CommandError(
                f"this engine has {self.group.size} processes, but a trial uses one; end it with `mnist-tui engine"
                " stop`, and start several engines for one study instead"
            )
        data = self.loader.data = self.loader.data_for(config).to(device)
        self.study = begin_search(self.pool, self.checkpoints, command, config, data, self.sink.publish)

    def find_rate(self, command: FindRate) -> None:
        """Begin to look for a learning rate for the paused run, or for a new one with this config."""
        run = None if command.new else self.live
        if self.study is not None:
            self.check_free()
        if self.active is not None and not self.active.paused:
            raise CommandError(f"run {self.active.run.name} is training; pause it before you look for a learning rate")
        if self.group.size > 1:
            raise CommandError(
                "the learning-rate finder uses one process; end this engine with `mnist-tui engine"
                " stop`, and set processes to 1"
            )
        config = run.config if run is not None else checked(command.config)
        code = named_code(config.model) if run is None else run.code
        if self.active is None:  # a paused run keeps its engine
            check_traces(code)
        if self.active is not None and config.data not in ("", self.loader.path):
            raise CommandError("a run is paused on other data; stop it before loading these")
        data = self.loader.data_for(config) if self.active is None else self.loader.needed()
        self.end_finding("another search for a learning rate began")
        self.finding = isolated(code, find_rates(config, data, run))

    # ------------------------------------------------------------ steer and end

    def steer(self, command: Steer) -> None:
        active = self._running()
        changes: dict[str, Value] = where_to_log(command.changes)
        active.run.steer(changes)
        active.record(Steered(run=active.run.name, step=active.run.step, changes=changes, config=active.run.config))

    def pause(self, paused: bool) -> None:
        """Pause what trains, or go on with it."""
        (self.study or self._running()).pause(paused)
        if self.study is not None and self.pool is not None:
            self.pool.pause_trials(paused)

    def stop(self, force: bool) -> None:
        """Save the run where it is and end it, or end the study; both can be continued from this very step.

        Raises CommandError when a run cannot be saved and `force` does not say to end it nevertheless.
        """
        if self.study is not None:
            self.study.stop()
            if self.study.ended is None and self.pool is not None:  # its processes put back what they train
                self.pool.stop_trials()
                return
            self.study = None
            self._untidy = True
            return
        active = self._running()
        active.stop()
        if active.ended is None:
            if not force:
                raise CommandError(active.unsaved)
            active.give_up()
        self._leave(active)

    def end_study(self) -> None:
        """End a study whose processes are gone; called at the end of the engine."""
        from engine.tuning.watched import WatchedStudy

        if isinstance(self.study, WatchedStudy):
            self.study.leave("")
            self.study.advance()

    # ----------------------------------------------------------------- helpers

    def check_free(self) -> None:
        """Raises Busy while something trains."""
        if self.active is not None:
            raise Busy(f"run {self.active.run.name} is already training; stop it first")
        if self.study is not None:
            raise Busy(f"study {self.study.name} is tuning; stop it first (you can continue it later)")
        if self.pool is not None and self.pool.working:
            raise Busy(f"{self.pool.words}; stop first what trains")

    def _running(self) -> ActiveRun:
        if self.active is None:
            raise CommandError("no run is training")
        return self.active

    def _launch(self, run: Run, log: RunLog) -> None:
        self.loader.data = run.data  # keep it on the run's device: the next run starts at once
        self.active = ActiveRun(run, log, self._publish)
        self.advance()

    def _publish(self, event: RunEvent) -> None:
        self.priority.follow(event)
        self.sink.publish(event)

    def _leave(self, active: ActiveRun) -> None:
        self.active = None
        self.group.end()
        if active.ended is not None and active.ended.state != "failed":
            self.inspector.runs.keep(active.run)
        self._untidy = True

    def _try_rates(self, finding: Generator[RatesTried, None, None]) -> None:
        try:
            tried = next(finding)
        except (Exception, SystemExit) as error:  # of a copy: nothing else is touched
            say_traceback()
            tried = RatesTried(rates=[], losses=[], smoothed=[], done=True, problem=f"{type(error).__name__}: {error}")
        if tried.done:
            self.finding = None
            self._untidy = True
        self.sink.publish(tried)
