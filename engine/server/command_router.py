"""Where a client's commands go: what needs no torch is answered here, all else goes to the worker."""

import asyncio
import contextlib
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.machine.activity import ACTIVITY
from engine.machine.torchrun import end_group
from engine.server.broadcast import Broadcast, marked_parts
from engine.server.connection import Connection
from engine.server.hang_watch import FORCED, GRACE, HANGING, TERMINATED, HangWatch
from engine.server.protocols import CommandSink, Reply
from engine.storage.files import in_words
from engine.storage.runs.bounded_history import History
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import RunError, find_run, named_run
from engine.storage.runs.listing import RunList, summarize
from engine.storage.runs.queue_file import QueueError
from engine.storage.runs.trash import empty_trash
from engine.tracking.cursor import with_trackers
from engine.tuning.listing import TROUBLE, StudyList
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    AskStatus,
    BeliefQuestion,
    CloseRun,
    CommandDone,
    CommandFailed,
    DeleteRun,
    EmptyTrash,
    HistoryRead,
    ListRuns,
    ListStudies,
    OpenRun,
    OpenStudy,
    ReadHistory,
    RunOpened,
    RunsListed,
    Shutdown,
    StatusTold,
    Stop,
    StudiesListed,
    StudyOpened,
)

if TYPE_CHECKING:
    from engine.insight.beliefs.answers import BeliefReader


class CommandRouter:
    """Knows the worker, once torch is imported and there is one."""

    def __init__(self, checkpoints: Path, broadcast: Broadcast) -> None:
        self.checkpoints = checkpoints
        self.runs = RunList(checkpoints)
        self.broadcast = broadcast
        self.studies = StudyList(checkpoints)
        self._beliefs: BeliefReader | None = None
        self.worker: CommandSink | None = None
        self.early: list[tuple[AnyCommand, Reply]] = []  # commands that came before torch was imported
        self.hang_watch = HangWatch(checkpoints, broadcast, lambda: self.live)

    def employ(self, worker: CommandSink) -> None:
        """Pass commands to this worker from now on, those that came early first."""

        def employ() -> None:
            self.worker = worker
            for command, reply in self.early:
                worker.submit(command, reply)
            self.early.clear()

        self.broadcast.loop.call_soon_threadsafe(employ)

    async def receive(self, command: AnyCommand, client: Connection) -> None:
        """Answer what needs no torch here, and pass the rest to the worker."""
        match command:
            case AskStatus():
                client.answer(msgspec.structs.replace(self.status(), reply_to=command.id))
            case ListRuns():
                runs = await asyncio.to_thread(self.runs.summaries, live=self.live_runs)
                runs = await asyncio.to_thread(with_trackers, self.checkpoints, runs)
                for part, first, last in marked_parts(runs):
                    client.answer(RunsListed(runs=part, first=first, last=last, reply_to=command.id), last=last)
            case OpenRun():
                try:
                    opened = await asyncio.to_thread(self._open_run, command.run)
                except (RunError, OSError) as error:
                    client.answer(CommandFailed(reason=in_words(error), reply_to=command.id))
                else:
                    client.watching = opened[0].summary.run
                    for each in opened:
                        client.answer(msgspec.structs.replace(each, reply_to=command.id), last=each.last)
            case ReadHistory():
                for told in await asyncio.to_thread(self._read_history, command.run):
                    client.answer(msgspec.structs.replace(told, reply_to=command.id), last=told.last)
            case _ if isinstance(command, BeliefQuestion):
                answer = await asyncio.to_thread(self._answer, command, self.live[0])
                client.answer(msgspec.structs.replace(answer, reply_to=command.id))
            case CloseRun():
                client.watching = ""
                client.answer(CommandDone(reply_to=command.id))
            case EmptyTrash():
                try:  # in a thread of its own: thousands of files may take a while
                    await asyncio.to_thread(empty_trash, self.checkpoints)
                except (RunError, QueueError, OSError) as error:
                    client.answer(CommandFailed(reason=in_words(error), reply_to=command.id))
                else:
                    client.answer(CommandDone(reply_to=command.id))
            case DeleteRun() if watched := self._watched(command.run, client):
                client.answer(CommandFailed(reason=watched, reply_to=command.id))
            case ListStudies():
                studies, more = await asyncio.to_thread(self.studies.all)
                client.answer(StudiesListed(studies=studies, more=more, reply_to=command.id))
            case OpenStudy():
                try:
                    summary, events = await asyncio.to_thread(self.studies.open, command.study)
                except TROUBLE as error:
                    client.answer(CommandFailed(reason=in_words(error), reply_to=command.id))
                else:
                    for history, first, last in marked_parts(events):
                        client.answer(
                            StudyOpened(summary=summary, history=history, first=first, last=last, reply_to=command.id),
                            last=last,
                        )
            case Shutdown() if self.worker is None:
                client.answer(CommandDone(reply_to=command.id))
                await asyncio.to_thread(self.broadcast.flush)
                end_group()
                os._exit(0)  # torch is still being imported: nothing to save yet
            case _:
                ending = None
                if isinstance(command, Stop | Shutdown):
                    ending = self.hang_watch.expect(FORCED if command.force else None)

                def reply(event: AnyEvent) -> None:
                    loop = self.broadcast.loop
                    if isinstance(event, CommandFailed):
                        self.broadcast.tell_output()
                    if ending is not None:
                        leaving = isinstance(command, Shutdown) and not isinstance(event, CommandFailed)
                        loop.call_soon_threadsafe(partial(self.hang_watch.fulfil, ending, leaving=leaving))
                    loop.call_soon_threadsafe(client.answer, event)

                if self.worker is not None:
                    self.worker.submit(command, reply)
                else:
                    self.early.append((command, reply))

    def status(self) -> StatusTold:
        busy = self.worker is not None and self.worker.busy
        told = self.broadcast.state.status(len(self.broadcast.clients), busy=busy)
        run, step, unsaved = self.live
        return msgspec.structs.replace(
            told,
            step=step if run and run == told.run else told.step,
            doing=ACTIVITY.doing or (self.worker.waits_for if self.worker is not None else ""),
            stalled=round(self.hang_watch.stalled, 1),
            unsaved=unsaved,
        )

    @property
    def live(self) -> tuple[str, int, int]:
        """The run in progress ("" for none), its step, and how many of its steps no checkpoint has."""
        return self.worker.live_run if self.worker is not None else ("", 0, 0)

    @property
    def live_runs(self) -> frozenset[str]:
        """All runs in progress."""
        return self.worker.live_runs if self.worker is not None else frozenset()

    def terminate(self) -> None:
        """See that the engine ends after a SIGTERM; a second one hurries. The training thread takes it as well."""
        again = bool(self.hang_watch.endings)
        self.hang_watch.expect(FORCED if again else min(GRACE, max(TERMINATED, HANGING * ACTIVITY.usual_step)))

    def _answer(self, question: BeliefQuestion, live: str) -> AnyEvent:
        if self._beliefs is None:
            from engine.insight.beliefs.answers import BeliefReader  # numpy, which nothing else here needs

            self._beliefs = BeliefReader(self.checkpoints)
        try:
            return self._beliefs.answer(question, live)
        except (RunError, OSError) as error:
            return CommandFailed(reason=in_words(error))

    def _read_history(self, name: str) -> list[HistoryRead]:
        try:
            history = History(EventReader(find_run(self.checkpoints, name))).events
        except (RunError, OSError) as error:
            return [HistoryRead(run=name, history=[], problem=in_words(error))]
        return [
            HistoryRead(run=name, history=part, first=first, last=last) for part, first, last in marked_parts(history)
        ]

    def _watched(self, name: str, asking: Connection) -> str:
        """Say that others look at a run, "" if nobody does."""
        with contextlib.suppress(RunError):  # the worker says so
            name = named_run(self.checkpoints, name).name
        others = sum(client.watching == name for client in self.broadcast.clients if client is not asking)
        shows = "another screen shows" if others == 1 else f"{others} other screens show"
        return f"{shows} run {name}; close it there first" if others and name else ""

    def _open_run(self, name: str) -> list[RunOpened]:
        folder = find_run(self.checkpoints, name)
        reader = EventReader(folder)
        history = History(reader).events
        summary = summarize(folder, live=self.live_runs)
        return [
            RunOpened(summary=summary, history=part, skipped=reader.skipped, first=first, last=last)
            for part, first, last in marked_parts(history)
        ]
