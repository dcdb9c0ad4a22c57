"""The processes that send runs to trackers, one for each tracker: begun by the engine, and heard.

The engine never waits for them. One that is lost is begun again, for a while; what was not sent is in the log.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.storage.files import in_words
from engine.storage.printing import say
from engine.tracking.cursor import Wish, begin, cursors, pending
from engine.tracking.trackers import targets
from engine.tracking.trials import study_of, trial_folder
from engine.vocabulary.fields import ConfigError
from engine.vocabulary.messages import (
    AnyEvent,
    ProtocolError,
    RunEvent,
    RunsChanged,
    RunStarted,
    RunTold,
    Steered,
    TrackerTold,
    TrialTold,
)
from engine.vocabulary.messages.codec import decode_known

IDLE = 60.0  # seconds for which a process is kept that has nothing to send: the next run may come soon
MOST_LOST = 3  # processes in a row that end by themselves before a tracker is given up until the next run

Publish = Callable[[AnyEvent], None]


class Trackers:
    """All trackers of a folder of runs. May be called from any thread."""

    def __init__(self, checkpoints: Path, publish: Publish) -> None:
        self.checkpoints = checkpoints
        self._publish = publish
        self._processes: dict[str, SendingProcess] = {}
        self._guard = threading.Lock()
        self._closed = False
        self._trials: set[Path] = set()  # that are sent

    def follow(self, event: AnyEvent) -> None:
        """Send the run of an event from now on, if it is one that begins, or was told where to log to."""
        told = event.told if isinstance(event, RunTold) else event
        if isinstance(told, RunStarted) or (isinstance(told, Steered) and told.changes.get("log_to")):
            self._send(told, told.config.log_to)
        elif isinstance(told, TrialTold):
            self._follow_trial(trial_folder(self.checkpoints, told.study, told.trial.number))

    def _follow_trial(self, folder: Path) -> None:
        """Send a trial that has a log, once it has one: whoever trains it wrote down where to."""
        if folder in self._trials or not folder.is_dir():
            return
        try:
            for each in cursors(folder):
                self._trials.add(folder)
                self._tell(each.tracker, folder, each.target)
        except OSError as error:  # no process can be begun: the trial goes on, and the next engine sends it
            say(f"{folder.name} is not logged: {in_words(error)}")

    def _send(self, event: RunEvent, log_to: str) -> None:
        if not log_to:
            return
        try:
            for name, target in targets(log_to).items():
                begin(self.checkpoints / event.run, name, target)  # an engine that is killed now leaves that
                self._tell(name, self.checkpoints / event.run, target)
        except (ConfigError, OSError) as error:
            say(f"{event.run} is not logged to {log_to}: {in_words(error)}")

    def resume(self) -> None:
        """Send what could not be sent before; looks through all runs, in a thread of its own."""

        def look() -> None:
            with contextlib.suppress(OSError):
                for name, folders in pending(self.checkpoints).items():
                    for folder in folders:
                        self._tell(name, folder, "")

        threading.Thread(target=look, name="trackers", daemon=True).start()

    def close(self) -> None:
        """Let all processes send what is left, and end."""
        with self._guard:
            self._closed = True
            for process in self._processes.values():
                process.leave()

    def _tell(self, name: str, folder: Path, target: str) -> None:
        with self._guard:
            if self._closed:
                return
            if name not in self._processes:
                self._processes[name] = SendingProcess(name, self.checkpoints, self._publish)
            self._processes[name].send(folder, target)


class SendingProcess:
    """That of one tracker, begun when there is something to send, and ended when there has been nothing for a while."""

    def __init__(self, name: str, checkpoints: Path, publish: Publish) -> None:
        self.name = name
        self.checkpoints = checkpoints
        self._publish = publish
        self._guard = threading.Lock()
        self.begun: list[subprocess.Popen[bytes]] = []  # that may still run
        self._process: subprocess.Popen[bytes] | None = None
        self._runs: dict[str, Wish] = {}  # that it has to send, by name
        self._told: dict[str, TrackerTold] = {}
        self._lost = 0
        self._turn = 0  # counts what it was asked for

    def send(self, folder: Path, target: str) -> None:
        """Raises OSError where no process can be started."""
        with self._guard:
            self._runs[folder.name] = Wish(str(folder.relative_to(self.checkpoints)), target)
            self._lost = 0
            self._turn += 1
            if self._process is None:
                self._start()
            else:
                self._write(folder.name)

    def leave(self) -> None:
        with self._guard:
            self._runs.clear()
            self._end()

    def _start(self) -> None:
        words = [sys.executable, "-m", "engine.tracking", str(self.checkpoints), self.name]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd=self.checkpoints
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self.begun = [each for each in self.begun if each.poll() is None] + [self._process]
        for run in self._runs:
            self._write(run)
        threading.Thread(target=self._listen, args=(self._process,), name=f"tracker {self.name}", daemon=True).start()

    def _write(self, run: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        line = msgspec.json.encode(self._runs[run]) + b"\n"
        # It is gone, and begun again by who listens; or it reads no more, and training does not wait for it. A line is
        # written whole or not at all, as it is shorter than PIPE_BUF.
        with contextlib.suppress(OSError):
            os.write(self._process.stdin.fileno(), line)

    def _end(self) -> None:
        """Have it send what is left, and end."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Take what a process tells, to its end; in a thread of its own."""
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ProtocolError):
                event = decode_known(line)
                if isinstance(event, TrackerTold):
                    self._take(event)
        process.stdout.close()
        status = process.wait()
        with self._guard:
            if self._process is not process:
                return  # it was to end
            self._end()
            self._lost += 1
            if self._lost < MOST_LOST and self._runs:
                with contextlib.suppress(OSError):
                    self._start()
                return
            runs, self._runs = list(self._runs), {}
        for run in runs:
            problem = f"what sends to {self.name} has ended by itself ({status}); `mnist-tui track {run}` tries again"
            self._publish(TrackerTold(run=run, tracker=self.name, problem=problem))

    def _take(self, event: TrackerTold) -> None:
        before = self._told.get(event.run)
        with self._guard:
            self._lost = 0
            wish = self._runs.get(event.run, Wish(event.run))
            if event.done:
                self._runs.pop(event.run, None)
                self._told.pop(event.run, None)
            else:
                self._told[event.run] = event
            if not self._runs:
                timer = threading.Timer(IDLE, self._end_idle, [self._turn])
                timer.daemon = True
                timer.start()
        known = (before.problem, before.where) if before is not None else ("", "")
        if (study_of(self.checkpoints / wish.run) and not event.problem) or (event.done and event.problem):
            return  # of hundreds of trials nobody wants to read that all is well, nor of a run that was deleted
        if event.done or known != (event.problem, event.where):
            self._publish(event)
            self._publish(RunsChanged())

    def _end_idle(self, turn: int) -> None:
        with self._guard:
            if not self._runs and turn == self._turn:
                self._end()


class TrackedEvents:
    """An EventSink: passes events on, and has the runs that begin sent to their trackers."""

    def __init__(self, publish: Publish, replace_history: Callable[[list[RunEvent]], None], trackers: Trackers) -> None:
        self._publish = publish
        self._trackers = trackers
        self.replace_history = replace_history

    def publish(self, event: AnyEvent) -> None:
        self._publish(event)
        self._trackers.follow(event)
