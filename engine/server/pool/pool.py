"""The processes that train beside each other: begun as they are needed, and ended when they have nothing to do."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine.server.pool.place import Place
from engine.server.pool.planning import on_own_device, planned
from engine.server.pool.process import Start
from engine.server.protocols import EventSink, Reply
from engine.storage.printing import say
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CheckpointSaved,
    CommandDone,
    CommandFailed,
    Continue,
    Continued,
    JobsPlanned,
    Pause,
    Paused,
    PlanJobs,
    RunBegun,
    RunEnded,
    RunEvent,
    RunStarted,
    RunTold,
    Shutdown,
    StartRun,
    Stop,
    StudyEnded,
)

IDLE = 15.0  # seconds for which a process without work is kept for the next run
STOPPED = 50.0  # seconds to end a run in order; a process that takes longer is killed
FORCED = 4.0


class Pool:
    """All of it belongs to the worker's thread, to which `call` takes what other threads have to say."""

    def __init__(
        self, checkpoints: Path, sink: EventSink, call: Callable[[Callable[[], None]], None], start: Start
    ) -> None:
        self.checkpoints = checkpoints
        self._sink = sink
        self._call = call
        self._start = start
        self._places: list[Place] = []
        self.ending = False

    @property
    def working(self) -> list[Place]:
        """The places in which something trains, or begins to."""
        return [place for place in self._places if place.busy]

    @property
    def runs(self) -> dict[str, Place]:
        """The runs in progress."""
        return {place.run: place for place in list(self._places) if place.run}  # another thread asks

    @property
    def words(self) -> str:
        """What trains here."""
        runs = self.runs
        return f"{', '.join(runs) or 'what begins now'} {'are' if len(runs) > 1 else 'is'} training beside others"

    @property
    def pids(self) -> list[int]:
        return [place.process.pid for place in self._places if place.process is not None]

    # ------------------------------------------------------------------- begin

    def start(self, command: StartRun, reply: Reply, *, again: bool = True) -> None:
        """Have a run begun; RunBegun answers, or why it could not. `again` with a new process, where a user's own
        network has changed this one for good."""
        place = self.free()
        place.busy = True

        def answered(answer: AnyEvent) -> None:
            if isinstance(answer, CommandDone):
                reply(RunBegun(run=place.last))
                return
            place.leave()
            if isinstance(answer, CommandFailed) and answer.renew and again:
                self._retire(place)
                self.start(command, reply, again=False)
            else:
                self.rest(place)
                reply(answer)

        place.ask(on_own_device(command, place.number), answered)

    def plan(self, command: PlanJobs, reply: Reply) -> None:
        """Tell how many runs there can be, once a process has measured a step of one."""
        place = self.free()
        place.busy = True

        def answered(answer: AnyEvent) -> None:
            place.leave()
            self.rest(place)
            reply(planned(command, answer, self.pids) if isinstance(answer, JobsPlanned) else answer)

        place.ask(on_own_device(command, place.number), answered)

    # --------------------------------------------------------------------- end

    def pause_trials(self, paused: bool) -> None:
        self._tell_searching(Pause() if paused else Continue())

    def stop_trials(self) -> None:
        """Have the trials in progress put back, for whoever goes on with the study."""
        self._tell_searching(Stop())

    def _tell_searching(self, command: AnyCommand) -> None:
        self.tell([place for place in self.working if place.study], command, lambda answer: None)

    def leave_study(self, place: Place, why: str) -> None:
        """Note that a process trains no more trials, and why where that is trouble."""
        if place.study:
            place.leave()
            self.rest(place)
            place.left(why)

    def tell(self, places: list[Place], command: AnyCommand, reply: Reply) -> None:
        """Pass a command on to these processes; the answer is that of all of them."""
        waiting = {place.number for place in places}
        failed: list[CommandFailed] = []

        def answered(place: Place, answer: AnyEvent) -> None:
            waiting.discard(place.number)
            if isinstance(answer, CommandFailed):
                failed.append(answer)
            if not waiting:
                reply(failed[0] if failed else answer)

        for place in places:
            place.ask(command, partial(answered, place))
        if isinstance(command, Stop):
            self._kill_later(places, FORCED if command.force else STOPPED)

    def end(self, *, force: bool) -> None:
        """End all processes, and wait until they are gone; called once, at the end of the engine."""
        self.ending = True
        places = [place for place in self._places if place.process is not None]
        for place in places:
            place.ask(Shutdown(force=force), lambda answer: None)
        until = time.monotonic() + (FORCED if force else STOPPED)
        for place in places:
            assert place.process is not None
            if not place.process.wait(max(0.0, until - time.monotonic())):
                say(f"{place.run or 'a process'} took too long to end: pid {place.process.pid} is killed")
                place.process.kill()
                place.process.wait(FORCED)

    def _kill_later(self, places: list[Place], limit: float) -> None:
        work = [(place, place.run or place.study, place.process) for place in places]

        def kill() -> None:
            for place, what, process in work:
                if process is not None and what and what in (place.run, place.study):
                    say(f"{what} takes too long to stop: its process, pid {process.pid}, is killed")
                    process.kill()

        timer = threading.Timer(limit, kill)
        timer.daemon = True
        timer.start()

    # --------------------------------------------------------------- processes

    def free(self) -> Place:
        """Return a place with a process that has nothing to do. Raises OSError where none can be started."""
        for place in self._places:
            if not place.busy:
                return place
        taken = {place.number for place in self._places}
        place = Place(next(number for number in range(len(taken) + 1) if number not in taken))
        place.process = self._start(partial(self._hear, place), lambda: self._call(partial(self._lost, place)))
        self._places.append(place)
        return place

    def _hear(self, place: Place, event: AnyEvent) -> None:
        """Take what a process says, in the thread that listens to it."""
        if event.reply_to:
            self._call(partial(place.answer, event))
        elif isinstance(event, RunEvent):
            told = not place.study  # trials are told by the study
            place.count(event)
            if isinstance(event, RunStarted | RunEnded | CheckpointSaved | Paused | Continued):
                self._call(partial(self._note, place, event))
            if told:  # last: who hears of an end may ask for the next run at once, and its place has to be free
                self._sink.publish(RunTold(told=event))
        elif isinstance(event, StudyEnded):
            self._call(partial(self.leave_study, place, event.reason))

    def _note(self, place: Place, event: RunEvent) -> None:
        match event:
            case RunStarted():
                place.run = place.last = event.run
                place.parent, place.step, place.saved_step = event.parent, event.step, event.step
            case CheckpointSaved():
                place.saved_step = event.step
            case Paused() | Continued():
                place.paused = isinstance(event, Paused)
            case RunEnded():
                place.last = event.run
                place.leave()
                self.rest(place)

    def _lost(self, place: Place) -> None:
        """Note that a process is gone; the run that it trained can be resumed from its last checkpoint."""
        if place not in self._places:
            return
        self._places.remove(place)
        assert place.process is not None
        reason = f"its process was lost: {place.process.end_reason}"
        study = place.study
        if place.run:
            self._sink.publish(RunTold(told=place.end_lost(self.checkpoints, reason)))
        place.leave()
        place.lose(reason)
        if study:
            place.left(reason)

    def rest(self, place: Place) -> None:
        """Keep a process for a while that has nothing to do."""
        place.rests += 1
        timer = threading.Timer(IDLE, self._call, [partial(self._end_idle, place, place.rests)])
        timer.daemon = True
        timer.start()

    def _end_idle(self, place: Place, rests: int) -> None:
        if place in self._places and not place.busy and place.rests == rests:
            self._retire(place)

    def _retire(self, place: Place) -> None:
        self._places.remove(place)
        place.ask(Shutdown(), lambda answer: None)
