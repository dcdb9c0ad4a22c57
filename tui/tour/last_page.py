"""The end of the tour: what was done, and where to read on."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.screens.dialogs import Page
from tui.terminal.sanitize import sanitize
from tui.tour.progress import Progress
from tui.tour.steps import STEPS

READ_ON = """\
You have trained a network, changed it while it learned, seen what it gets wrong and why, and taken a result with you. \
All of it works the same on your own runs.

  mnist-tui                your own runs; those of the tour stay apart
  d                        all 70,000 digits instead of 5,000
  ?                        what each key of a screen does
  ctrl+p                   all commands, by name
  mnist-tui train --help   everything that a run can be told
  mnist-tui guide          the guide: a page for each screen

Next: search for better hyperparameters (6), see the inside of the network on a map (8, m), \
train five seeds and compare them (mnist-tui train --seeds 5).
"""


class LastPage(Page[None]):
    """Read, and closed by Escape or Enter."""

    BINDINGS = [("enter", "cancel", "close")]  # noqa: RUF012

    def __init__(self, progress: Progress, written: tuple[str, ...] = ()) -> None:
        """`written` are the files that the user took with them: the page lies over the message that named them."""
        super().__init__()
        self._progress = progress
        self._written = written

    def compose(self) -> ComposeResult:
        skipped = [step.title for step in STEPS if step.name in self._progress.skipped]
        with VerticalScroll() as page:
            page.border_title = "The tour is over"
            page.border_subtitle = "escape closes"
            if self._written:
                files = "\n".join(f"  {sanitize(each, longest=300)}" for each in self._written)
                yield Static(f"Your result is here:\n\n{files}\n", markup=False)
            yield Static(READ_ON, markup=False)
            if skipped:
                words = f"\nSkipped: {', '.join(skipped)}. `mnist-tui tour --restart` begins anew."
                yield Static(words, markup=False)
