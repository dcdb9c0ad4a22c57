"""An app that controls training: starts, pauses, stops and resumes a run or a study, and can be left during one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual import on, work

from engine.vocabulary.messages import (
    AnyEvent,
    CommandDone,
    Continue,
    FindRate,
    Pause,
    ResumeRun,
    RunEnded,
    RunSummary,
    Shutdown,
    StartRun,
    StartStudy,
    Stop,
)
from tui.app.engine import EngineApp
from tui.link.client import CommandRefused
from tui.screens.dialogs import (
    EpochsQuestion,
    Question,
    anew_question,
    hang_question,
    over_question,
    quit_question,
    stop_question,
    study_question,
)
from tui.screens.runs import RunsScreen
from tui.state.run import number
from tui.state.words.events import duration, state_word
from tui.terminal.sanitize import inert

OVER = "over"  # the answer of a question that has nothing to ask any more
STOPPING = 10.0  # seconds to hear that a run is stopped and saved


class JobApp(EngineApp):
    """The keys t, space, R, S and q, and what is asked before they do something that cannot be undone."""

    def __init__(self, checkpoints: Path, data: str, *, ascii: bool | None, notify: bool, coach: bool) -> None:
        super().__init__(checkpoints, data, ascii=ascii, notify=notify, coach=coach)
        self._ended = asyncio.Event()  # the run in progress has
        self._asked: tuple[Question, Callable[[], Question | None]] | None = None

    def go(self, mode: str) -> None:
        """Bring a screen to the front."""
        raise NotImplementedError

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if isinstance(event, RunEnded):
            self._ended.set()

    async def ask_while(self, make: Callable[[], Question | None]) -> str | None:
        """Ask a question that follows what happens: `make` gives it anew, or None once there is nothing to ask.

        Return the answer, OVER when there was nothing to ask any more.
        """
        question = make()
        if question is None:
            return OVER
        self._asked = question, make
        try:
            return await self.push_screen_wait(question)
        finally:
            self._asked = None

    def draw(self) -> None:
        super().draw()
        if self._asked is not None and self._asked[0].is_current:
            question, make = self._asked
            if (now := make()) is None:
                question.dismiss(OVER)
            else:
                question.ask(now)

    def action_train(self) -> None:
        self.begin(StartRun(config=self.config))
        self.go("train")

    def begin(self, command: StartRun | ResumeRun | StartStudy | FindRate) -> None:
        """Have it carried out by this engine, or by a new one that takes the place of this, which has nothing to do."""
        processes = self.config.processes if isinstance(command, StartRun) else 0
        if self.client is None or self.client.foreign or self.is_for_this_engine(processes):
            self.send(command)
        else:
            self._processes, self._next, self._replacing = processes or self.client.welcome.processes, command, True
            self.client.send(Shutdown())

    def is_for_this_engine(self, processes: int = 0) -> bool:
        """Whether a run can begin in the engine that there is: it has as many processes, and is as it was."""
        client, engine = self.client, self.state.engine
        if client is None or client.foreign or (engine is not None and engine.stale):
            return False
        return processes in (0, client.welcome.processes)

    def action_pause(self) -> None:
        self.send(Pause())

    def action_continue(self) -> None:
        self.send(Continue())

    @property
    def resumable(self) -> RunSummary | None:
        """The run that is shown, or the latest when none is, if it can be resumed."""
        shown = self.state.shown.run if self.state.shown else ""
        for summary in self.state.runs:
            if not shown or summary.run == shown:
                return summary if summary.resumable else None
        return None

    def action_resume(self) -> None:
        if self.resumable is not None:
            self.post_message(RunsScreen.Resumed(self.resumable, {}))

    @on(RunsScreen.Resumed)
    @work
    async def resume_run(self, event: RunsScreen.Resumed) -> None:
        summary = event.summary
        changes = dict(event.changes)
        if summary.epoch >= summary.epochs:
            epochs = await self.push_screen_wait(EpochsQuestion(inert(summary.run), summary.epoch))
            if epochs is None:
                return
            changes["epochs"] = epochs
        self.begin(ResumeRun(run=summary.run, changes=changes))
        self.go("train")

    @work
    async def action_stop(self) -> None:
        if self.state.silence:
            remedy = "`mnist-tui engine stop --force` kills it."
            self.notify(f"The {self.state.silence}. {remedy}", title="Not stopped", severity="error", markup=False)
            return
        answer = await self.ask_while(self.stopping_question)
        if answer in ("stop", "force"):
            self.send(Stop(force=answer == "force"))
            self.notify("Stopping after the current step.", markup=False)

    def hang_question(self, *, leaving: bool) -> Question:
        """Ask about the run, or study, that makes no step."""
        run, study = self.state.run, self.state.study
        what = f"study {study.study}" if study is not None and study.live else run.run if run is not None else "the run"
        return hang_question(inert(what, 40), duration(self.state.stalled), leaving=leaving)

    def stopping_question(self) -> Question | None:
        run, study = self.state.run, self.state.study
        if self.state.stalled:
            return self.hang_question(leaving=False)
        if study is not None and study.live:
            return study_question(inert(study.study, 40), leaving=False)
        return stop_question(inert(run.run), run.problem) if run is not None and run.live else None

    def leaving_question(self) -> Question:
        """Ask what becomes of what trains, or trained until just now."""
        run, study = self.state.run, self.state.study
        if self.state.stalled:
            return self.hang_question(leaving=True)
        if study is not None and study.live:
            word = "paused" if study.state == "paused" else "tuning"
            return study_question(inert(study.study, 40), leaving=True, word=word)
        if run is not None and run.live:
            return quit_question(inert(run.run), state_word(run.state), run.problem)
        if run is not None:
            return over_question(inert(run.run), inert(run.state, 16))
        return over_question(inert(study.study, 40) if study else "What trained", study.state if study else "ended")

    def anew_question(self) -> Question | None:
        view = self.state.run
        return anew_question(inert(view.run), view.problem) if view is not None and view.live else None

    async def free_for_another(self) -> bool:
        """Return whether no run is in progress; where one is, ask whether to stop it for a new one."""
        answer = await self.ask_while(self.anew_question)
        if answer == OVER:
            return True
        if answer != "stop" or self.client is None:
            return False
        self._ended.clear()
        try:
            await self.client.request(Stop(), CommandDone)
            await self._ended.wait()  # the form shows the run in progress while there is one
        except CommandRefused as error:
            self.notify(inert(str(error)), title="Not stopped", severity="error", markup=False)
            return False
        return True

    async def action_quit(self) -> None:
        self.leave()

    @work(group="leave", exclusive=True)
    async def leave(self) -> None:
        """Leave at once when nothing trains, or after asking what becomes of the run."""
        if self.client is None or self.client.foreign or not (self.state.training or self.state.tuning):
            self.exit()
            return
        answer = await self.ask_while(self.leaving_question)
        if answer in ("stop", "force") and self.client is not None:
            try:
                async with asyncio.timeout(STOPPING):
                    await self.client.request(Stop(force=answer == "force"), CommandDone)
            except CommandRefused as error:
                self.notify(inert(str(error)), title="Not stopped", severity="error", markup=False)
                return
            except TimeoutError:
                pass  # it has the command, and needs no screen to carry it out
        if answer in ("stop", "force", "leave"):
            self.exit()

    def key_label(self, action: str, label: str) -> str:
        """Return a key's label, with the run or study that it acts on where another one is shown."""
        if action == "resume":
            last = self.resumable
            return f"{label} {number(last.run)}" if last is not None and self.state.shown is None else label
        if action not in ("pause", "continue", "stop") or not self.names_job:
            return label
        study, run = self.state.study, self.state.run
        if study is not None and study.live:
            return f"{label} {inert(study.study, 12)}"
        return f"{label} {number(run.run)}" if run is not None else label

    @property
    def names_job(self) -> bool:
        """Whether what trains is not what the screen in front shows."""
        return self.state.opened is not None or isinstance(self.screen, RunsScreen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        busy = self.state.training or self.state.tuning
        if action == "train":
            return not busy and self.state.link == "live"
        job = self.state.study if self.state.tuning else self.state.run
        paused = job is not None and job.state == "paused"
        if action in ("pause", "continue"):
            return busy and self.state.link == "live" and paused is (action == "continue")
        if action == "stop":
            return busy and self.state.link == "live"
        if action == "resume":
            return not busy and self.state.link == "live" and self.resumable is not None
        if action == "reconnect":
            return self.state.link in ("lost", "foreign")
        return True
