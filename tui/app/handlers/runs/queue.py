"""Runs that wait until nothing trains: put into the queue, moved, edited, removed."""

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work

from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    CommandDone,
    EditQueued,
    Enqueue,
    Enqueued,
    Snapshot,
    StartRun,
)
from tui.app.handlers.training import TrainingHandlers
from tui.link.errors import CommandRefused
from tui.screens.follows import OVER

if TYPE_CHECKING:
    from tui.widgets.queue_list import QueueList


class QueueHandlers(TrainingHandlers):
    """The keys t during a run and Q, and the list of waiting runs."""

    def action_train(self) -> None:
        """Start a run with the form, if need be when the engine is ready; while one trains, ask whether to wait."""
        if self.state.engine is None and self.state.link in ("connecting", "live"):
            self.set_state(replace(self.state, awaited=True))
            self.go("train")
        elif self.busy:
            self.ask_to_wait()
        else:
            self.begin(StartRun(config=self.config, fork=self.fork))
            self.fork = ""
            self.go("train")

    def receive(self, event: AnyEvent) -> None:
        super().receive(event)
        last = not isinstance(event, Snapshot) or event.last
        if self.state.awaited and self.state.engine is not None and last:
            self.set_state(replace(self.state, awaited=False))
            self.action_train()

    @work(group="start", exclusive=True)
    async def ask_to_wait(self) -> None:
        from tui.screens.questions import queue_question

        answer = await self.ask_about_state(queue_question)
        if answer == OVER:
            self.action_train()
        elif answer == "queue":
            await self.enqueue(self.config)

    @work(group="start", exclusive=True)
    async def action_enqueue(self) -> None:
        """Put the form's run into the queue; where nothing trains, it starts at once."""
        await self.enqueue(self.config)

    async def enqueue(self, config: RunConfig) -> bool:
        """Have a run wait, in the place of the one that was being edited; return whether it does."""
        edited, place = self.state.edited, 0
        if edited is not None and all(run.id != edited.id for run in self.state.queue):
            edited = None  # it has started, or was removed
        if self.client is None or self.client.foreign:
            self.send(Enqueue(config=config))  # which says why not
            return False
        try:
            if edited is not None:
                await self.client.request(EditQueued(queued=edited.id, config=config, fork=edited.fork), CommandDone)
            else:
                answer = await self.client.request(Enqueue(config=config, fork=self.fork), Enqueued)
                place = answer.place
        except CommandRefused as error:
            self.tell_refusal(str(error), "Not in the queue", in_form=True)
            return False
        self.set_state(replace(self.state, edited=None, next_fork=""))
        if edited is not None:
            self.notify("The waiting run is changed.", markup=False)
        else:
            before = f"after {counted(place, 'other')}" if place else "next"
            self.notify(f"It starts by itself, {before}. Runs (4) lists what waits.", title="Queue", markup=False)
        return True

    @work(group="queue")
    async def on_queue_list_changed(self, event: "QueueList.Changed") -> None:
        await self.is_done(event.command, "Queue")

    def on_queue_list_edit_wanted(self, event: "QueueList.EditWanted") -> None:
        self.fill_form(event.run.config)
        self.set_state(replace(self.state, edited=event.run))
        self.go("setup")
        self.notify("The form has the waiting run. Q puts it back as you leave it here.", markup=False)

    def key_label(self, action: str, label: str) -> str:
        """Return what t does: while something trains, a run waits; beside a run that has ended, another one begins."""
        if action == "train" and self.busy:
            return "queue"
        if action == "train" and self.current_mode == "train" and self.state.shown is not None:
            return "new run"
        return super().key_label(action, label)

    @property
    def busy(self) -> bool:
        return self.state.busy

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "train":
            return self.state.link in ("connecting", "live") and not self.state.awaited
        if action == "enqueue":
            return self.state.link == "live"
        return super().check_action(action, parameters)
