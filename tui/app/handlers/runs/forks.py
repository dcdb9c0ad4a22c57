"""The key F: the form of a new run from a checkpoint of another."""

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work

from engine.storage.files import in_words
from engine.vocabulary.config import RunConfig
from tui.app.engine import EngineApp
from tui.state.words.figures import percent
from tui.state.words.runs import short_run_name
from tui.terminal.sanitize import sanitize

if TYPE_CHECKING:
    from engine.storage.runs.lineage import Checkpoint

MOST = 8  # checkpoints to choose from; `train --fork` knows the others


class ForkHandlers(EngineApp):
    """Asks from which checkpoint of the run that is shown, or under the cursor."""

    def fill_form(self, config: RunConfig) -> None:
        """Fill the form with another run, which is no fork any more, and none that waits."""
        self.begin_afresh()
        super().fill_form(config)

    def begin_afresh(self) -> None:
        """Have the form begin a new run, with what is in it."""
        self.set_state(replace(self.state, next_fork="", edited=None))

    def key_label(self, action: str, label: str) -> str:
        """Return what F does in a form that has a fork or a waiting run."""
        return "as a new run" if action == "fork" and self.current_mode == "setup" else super().key_label(action, label)

    @property
    def forkable(self) -> str:
        if self.has_in_front("runs"):
            current = self.runs_screen.current
            return current.run if current is not None else ""
        return self.state.shown.run if self.state.shown is not None else ""

    @work(group="fork", exclusive=True)
    async def action_fork(self) -> None:
        if self.current_mode == "setup":
            self.begin_afresh()
            return
        from engine.storage.runs.folders import RunError
        from engine.storage.runs.lineage import kept_checkpoints
        from tui.screens.dialogs import Answer, Question
        from tui.screens.questions import CANCEL

        run = self.forkable
        try:
            kept = await asyncio.to_thread(kept_checkpoints, self.checkpoints / run)
        except (RunError, OSError) as error:
            self.notify(sanitize(in_words(error)), title="No fork", severity="error", markup=False)
            return
        if not kept:
            self.notify(f"{sanitize(run)} has no checkpoint yet.", title="No fork", severity="error", markup=False)
            return
        answers = [Answer(each.name, choice(each), str(i + 1)) for i, each in enumerate(kept[:MOST])]
        answers.append(CANCEL)
        name = await self.push_screen_wait(Question(f"Fork {sanitize(run)} from which checkpoint?", answers))
        chosen = next((each for each in kept if each.name == name), None)
        if chosen is None:
            return
        self.fill_form(chosen.config)
        self.fork = f"{run}@{chosen.name}"
        self.go("setup")
        what = f"a fork of {short_run_name(run)}, epoch {chosen.epoch}"
        self.notify(f"The form is {what}. Change what is to differ; F5 trains.", title="Fork", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fork" and self.current_mode == "setup":
            return bool(self.fork) or self.state.edited is not None
        if action == "fork":
            return self.state.link == "live" and self.current_mode in ("train", "runs") and bool(self.forkable)
        return super().check_action(action, parameters)


def choice(checkpoint: "Checkpoint") -> str:
    """Return a checkpoint in words: `last, epoch 10: 98.40 %`."""
    accuracy = f": {percent(checkpoint.test_accuracy)}" if checkpoint.test_accuracy is not None else ""
    name = "" if checkpoint.name.isdigit() else f"{checkpoint.name}, "
    return f"{name}epoch {checkpoint.epoch}{accuracy}"
