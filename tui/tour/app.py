"""The app of the tour: the usual one, with a strip on each screen that follows the state."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from engine.storage.files import in_words
from engine.storage.paths import sample_file
from engine.storage.typed_path import written
from engine.vocabulary.config import RunConfig
from tui.app.main import MnistApp
from tui.screens.base import StateScreen
from tui.screens.dialogs import Question
from tui.state.state import State
from tui.terminal.sanitize import sanitize
from tui.tour.moment import Moment
from tui.tour.progress import Progress, read_progress, write_progress
from tui.tour.steps import STEPS
from tui.tour.strip import LINES, SKIP, TourStrip

LOOKING = 0.25  # seconds between two looks at what no event tells: the screen in front, say
EPOCHS = 1000  # more than the tour takes: whoever reads on has a run to pause and to steer
OVER = ("Tour", "That was all of it", "Look around as long as you like; `mnist-tui` opens your own runs.",
        "? shows all keys of a screen; `mnist-tui tour --restart` begins anew.")  # fmt: skip


class TourApp(MnistApp):
    """Ten steps on the sample, with runs of its own."""

    BINDINGS = [Binding(SKIP, "skip_step", "skip step", show=False, id="tour.skip_step")]  # noqa: RUF012

    def __init__(self, *args: Any, **more: Any) -> None:
        """Take what MnistApp takes. The folder of runs is that of the tour. Raises ProgressError."""
        super().__init__(*args, **more)
        self.progress = read_progress(self.checkpoints)
        self._written = 0  # files, when the step began
        # The sample on the CPU: about as fast everywhere.
        self.state = replace(self.state, next_config=RunConfig(data=self.data, epochs=EPOCHS, device="cpu"))

    def on_mount(self) -> None:
        self.set_interval(LOOKING, self.follow)

    strip_lines = LINES

    def compose_strip(self) -> ComposeResult:
        yield TourStrip(self.lines)

    @property
    def moment(self) -> Moment:
        digit, only_wrong = None, False
        if self.current_mode == "digits" and self.digits_screen.is_mounted:
            digit = self.digits_screen.current if self.digits_screen.in_full else None
            only_wrong = "wrong" in self.digits_screen.line.text.split()
        typing = bool(self.screen_stack) and isinstance(self.screen_stack[0].focused, Input)
        return Moment(self.state, self.current_mode, digit, self._written, typing, only_wrong)

    @property
    def lines(self) -> tuple[str, str, str, str]:
        step = self.progress.step
        if step is None:
            return OVER
        place = f"{STEPS.index(step) + 1}/{len(STEPS)}"
        return place, step.title, step.instruction(self.moment), step.why

    async def ask_about_state(self, make: Callable[[State], Question | None]) -> str | None:
        """Ask as usual, but name the command that leads back to the runs of the tour."""

        def make_here(state: State) -> Question | None:
            question = make(state)
            if question is not None:
                question._text = question._text.replace("`mnist-tui` brings", "`mnist-tui tour` brings")
            return question

        return await super().ask_about_state(make_here)

    def draw(self) -> None:
        super().draw()
        self.follow()

    def follow(self) -> None:
        """Go on to the next step once this one is done, and say what is to do now."""
        if not self.screen_stack or not isinstance(self.screen_stack[0], StateScreen):
            return
        step = self.progress.step
        if step is not None and step.done(self.moment):
            self._go_on(self.progress.after(step))
        for strip in self.screen_stack[0].query(TourStrip):
            strip.lines = self.lines

    def action_skip_step(self) -> None:
        step = self.progress.step
        if step is not None:
            self._go_on(self.progress.after(step, skipped=True))
            self.follow()

    def _go_on(self, progress: Progress) -> None:
        self.progress = progress
        self._written = len(self.state.written)
        try:
            write_progress(self.checkpoints, progress)
        except OSError as error:
            why = f"{in_words(error)}. Without it the tour begins anew next time."
            self.notify(sanitize(why, longest=300), title="Progress not saved", severity="error", markup=False)
        if progress.step is None:
            from tui.tour.last_page import LastPage

            self.push_screen(LastPage(progress, self.state.written))


def sample() -> str:
    """Return the data of the tour as an option takes it."""
    return written(sample_file())
