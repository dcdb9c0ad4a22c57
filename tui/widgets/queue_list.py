"""The runs that wait until nothing trains: moved, edited and removed by keys."""

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.storage.preset_file import MACHINE
from engine.vocabulary.messages import (
    MOST_JOBS,
    ContinueQueue,
    MoveQueued,
    PauseQueue,
    QueueCommand,
    QueuedRun,
    RemoveQueued,
    SetJobs,
)
from tui.state.actions.lookup import bindings
from tui.state.state import State
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import ChoiceList


class QueueList(Vertical):
    """The next run to start is on top; nothing is shown while none waits."""

    BINDINGS = bindings("queue")

    DEFAULT_CSS = """
    QueueList {
        height: auto; max-height: 8; display: none;
        &.waiting { display: block; }
        #queue-head { height: 1; padding: 0 1; color: $text-accent; }
        #queue-problem { height: auto; padding: 0 1; color: $text-error; display: none; }
        OptionList { height: auto; max-height: 6; border: none; padding: 0; background: $background; }
        OptionList:focus { border: none; background-tint: $background 0%; }
    }
    """

    @dataclass
    class Changed(Message):
        """Change the queue so."""

        command: QueueCommand

    @dataclass
    class EditWanted(Message):
        """Bring this run into the form."""

        run: QueuedRun

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._runs: tuple[QueuedRun, ...] = ()
        self._paused = False
        self._jobs = 1

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="queue-head")
        options = ChoiceList(markup=False, compact=True)
        options.can_focus = False  # while there is nothing in it
        yield options
        yield Static("", markup=False, id="queue-problem")

    def show(self, state: State) -> None:
        """Show the queue of a state; the same costs nothing. The cursor stays with its run."""
        shown = (state.queue, state.queue_paused, state.queue_problem, state.queue_jobs)
        if shown == self._shown:
            return
        chosen, at = self.chosen, self.query_one(OptionList).highlighted
        self._shown, self._runs = shown, state.queue
        self._paused, self._jobs = state.queue_paused, state.queue_jobs
        self.set_class(bool(self._runs or self._paused or state.queue_problem), "waiting")
        self.query_one("#queue-head", Static).update(head(state))
        problem = self.query_one("#queue-problem", Static)
        problem.display = bool(state.queue_problem)
        problem.update(sanitize(state.queue_problem, longest=500))
        options = self.query_one(OptionList)
        options.can_focus = bool(self._runs)
        options.set_options(Option(Text(queued_line(i, run))) for i, run in enumerate(self._runs))
        numbers = [run.id for run in self._runs]
        if chosen is not None and chosen.id in numbers:
            options.highlighted = numbers.index(chosen.id)
        elif self._runs:
            options.highlighted = min(at or 0, len(self._runs) - 1)
        self.refresh_bindings()

    @property
    def chosen(self) -> QueuedRun | None:
        """The run under the cursor."""
        row = self.query_one(OptionList).highlighted
        return self._runs[row] if row is not None and row < len(self._runs) else None

    def action_move(self, step: int) -> None:
        if self.chosen is not None:
            place = max(0, self._runs.index(self.chosen) + step)
            self.post_message(self.Changed(MoveQueued(queued=self.chosen.id, place=place)))

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        if self.chosen is not None:
            self.post_message(self.EditWanted(self.chosen))

    def action_remove(self) -> None:
        if self.chosen is not None:
            self.post_message(self.Changed(RemoveQueued(queued=self.chosen.id)))

    def action_at_once(self, more: int) -> None:
        """The engine says where memory is too short for it."""
        if 1 <= self._jobs + more <= MOST_JOBS:
            self.post_message(self.Changed(SetJobs(jobs=self._jobs + more)))

    def action_hold(self) -> None:
        self.post_message(self.Changed(ContinueQueue() if self._paused else PauseQueue()))


def head(state: State) -> str:
    """Return the line over the waiting runs."""
    if state.queue_paused:
        return f"Queue (tab): {state.waiting} waiting, paused; P lets it go on"
    if state.queue_jobs > 1:
        return f"Queue (tab): {state.waiting} waiting, {state.queue_jobs} train at once"
    return f"Queue (tab): {state.waiting} waiting, next when nothing trains"


def queued_line(place: int, run: QueuedRun) -> str:
    """Return a waiting run's line: its place, its network, what is not at its default, and why it could not start."""
    config = run.config
    changes = {name: value for name, value in config.differences().items() if name not in (*MACHINE, "model")}
    words = [f"{place + 1:>3}  {sanitize(config.model, 60)}", format_values(changes) if changes else "defaults"]
    if run.fork:
        words.append(f"fork of {run.fork}")
    if run.problem:
        words.append(f"could not start: {run.problem}")
    return sanitize("  ".join(words), longest=400)
