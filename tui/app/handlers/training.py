"""What trains, a run or a study: it is started, paused and stopped, and can be left during one."""

import asyncio

from textual import work

from engine.vocabulary.messages import AnyEvent, Continue, Pause, RunEnded, RunTold, Stop
from tui.app.handlers.requests import RequestHandlers, refusal
from tui.screens.follows import OVER
from tui.state.words.runs import short_run_name
from tui.terminal.sanitize import sanitize

STOPPING = 10.0  # seconds to hear that a run is stopped and saved


class TrainingHandlers(RequestHandlers):
    """The keys space, S and q, and what is asked before they do something that cannot be undone."""

    def on_mount(self) -> None:
        self._run_ended = asyncio.Event()  # the run in progress has

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        if isinstance(event, RunEnded) or (isinstance(event, RunTold) and not self.state.busy):
            self._run_ended.set()

    def action_pause(self) -> None:
        self.send(Pause())

    def action_continue(self) -> None:
        self.send(Continue())

    @work
    async def action_stop(self) -> None:
        if self.state.silence:
            remedy = "`mnist-tui engine stop --force` kills it."
            self.notify(f"The {self.state.silence}. {remedy}", title="Not stopped", severity="error", markup=False)
            return
        from tui.screens.questions import stop_question

        answer = await self.ask_about_state(stop_question)
        if answer in ("stop", "hold", "force"):
            self.send(Stop(force=answer == "force", pause_queue=answer == "hold"))
            self.notify("Stopping after the current step.", markup=False)

    async def stop_for_new_run(self) -> bool:
        """Return whether no run is in progress; where one is, ask whether to stop it for a new one."""
        from tui.screens.questions import new_run_question

        answer = await self.ask_about_state(new_run_question)
        if answer != "stop":
            return answer == OVER
        self._run_ended.clear()
        if not await self.is_stopped(hold=self.state.waiting > 0 and not self.state.queue_paused):
            return False
        await self._run_ended.wait()  # the form shows the run in progress while there is one
        return True

    async def is_stopped(self, *, force: bool = False, hold: bool = False) -> bool:
        """Have the engine stop what trains; return whether it did, and say why where it did not."""
        if self.client is None:
            return False
        problem = await refusal(self.client, Stop(force=force, pause_queue=hold))
        if problem is not None:
            self.tell_refusal(problem, "Not stopped")
        return problem is None

    async def action_quit(self) -> None:
        self.leave()

    @work(group="leave", exclusive=True)
    async def leave(self) -> None:
        """Leave at once when nothing trains, or after asking what becomes of the run."""
        if self.client is None or self.client.foreign or not self.state.busy:
            self.exit()
            return
        from tui.screens.questions import quit_question

        answer = await self.ask_about_state(quit_question)
        if answer in ("stop", "hold", "force") and self.client is not None:
            try:
                async with asyncio.timeout(STOPPING):
                    if not await self.is_stopped(force=answer == "force", hold=answer == "hold"):
                        return
            except TimeoutError:
                pass  # it has the command, and needs no screen to carry it out
        if answer in ("stop", "hold", "force", "leave"):
            self.exit()

    def key_label(self, action: str, label: str) -> str:
        """Return a key's label, with the run or study that it acts on where another one is shown."""
        if action not in ("pause", "continue", "stop") or not self.hides_job:
            return super().key_label(action, label)
        study, run = self.state.study, self.state.run
        if study is not None and study.live:
            return f"{label} {sanitize(study.study, 12)}"
        if self.state.histories.at_once and not self.state.training:
            return f"{label} all"
        return f"{label} {short_run_name(run.run)}" if run is not None else label

    @property
    def hides_job(self) -> bool:
        """Whether what trains is not what the screen in front shows."""
        return self.state.opened is not None or self.has_in_front("runs")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        busy, live = self.state.busy, self.state.link == "live"
        job = self.state.study if self.state.tuning else self.state.run
        if job is None or not job.live:
            job = next(iter(self.state.histories.at_once), None)
        paused = job is not None and job.state == "paused"
        if action in ("pause", "continue"):
            return busy and live and paused is (action == "continue")
        if action == "stop":
            return busy and live
        return super().check_action(action, parameters)
