"""The preview of the form: eight augmented versions of a digit, and the curve of the learning rate."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.batches import count_held_out, steps_per_epoch
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AugmentationPreviewed
from engine.vocabulary.schedule import curve
from tui.state.store import State
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.chart import Chart
from tui.widgets.digit_art import draw
from tui.widgets.plotting.plot import Line

COLUMNS, ROWS = 14, 7  # of a small digit
MNIST = 60_000  # training images, as long as no data set is loaded


class DigitGrid(CellWidget):
    """Small digits side by side, in as many rows as they need."""

    COMPONENT_CLASSES = {"digit-grid--ink", "digit-grid--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    DigitGrid {
        .digit-grid--ink { color: $foreground; }
        .digit-grid--muted { color: $text-muted; }
    }
    """

    shown: reactive[AugmentationPreviewed | None] = reactive(None, init=False, repaint=False)
    """The digits; equal ones cost no redraw."""

    def watch_shown(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        if self.shown is None:
            cells.put_centered("no digit yet", "digit-grid--muted")
            return
        caption = f"training digit #{self.shown.index}, a {self.shown.label}, as the network would see it"
        cells.put(0, 0, caption[: cells.width], "digit-grid--muted")
        across = max(1, cells.width // COLUMNS)
        for i, pixels in enumerate(self.shown.pixels):
            left, top = i % across * COLUMNS, 1 + i // across * ROWS
            if top + ROWS > cells.height:
                return
            for y, line in enumerate(draw(pixels, "ramp" if self.ascii else "braille", COLUMNS, ROWS), top):
                cells.put(left, y, line, "digit-grid--ink")


class Preview(Horizontal):
    """Digits and curve side by side."""

    DEFAULT_CSS = f"""
    Preview {{
        height: {2 * ROWS + 2};
        border-top: solid $foreground 25%;
        DigitGrid {{ width: {4 * COLUMNS}; margin: 0 1; }}
        Chart {{ width: 1fr; }}
        &.-half {{ height: {ROWS + 2}; }}
        &.-one-row {{ height: {ROWS + 2}; }}
        &.-one-row DigitGrid {{ width: {8 * COLUMNS}; }}
    }}
    """

    @dataclass
    class Wanted(Message):
        """Show what this config's augmentation makes of a training digit."""

        config: RunConfig
        index: int

    def __init__(self) -> None:
        super().__init__()
        self._digit = 0

    def compose(self) -> ComposeResult:
        yield DigitGrid()
        yield Chart()

    def another_digit(self) -> None:
        """Ask for the next training digit from now on."""
        self._digit += 1

    def follow(self, config: RunConfig, state: State) -> None:
        """Draw what this config does, and ask for its digits."""
        run, data = state.run, state.data
        images = data.train if data is not None else MNIST
        images -= count_held_out(images, config.validation)
        if run is not None and run.live:
            images = run.train_images
        self.show_config(config, steps_per_epoch(images, config.batch_size))
        if data is not None:
            # A screen that calls this would count as the sender, and the message would not go beyond it.
            self.post_message(self.Wanted(config, self._digit).set_sender(self))

    def show_config(self, config: RunConfig, steps_per_epoch: int) -> None:
        """Draw the course of the learning rate."""
        course = curve(config, steps_per_epoch)
        title = "learning rate" + (", until a plateau" if config.schedule == "plateau" else "")
        self.query_one(Chart).show(
            [Line(f"at most {config.lr:.4g}", course, "train", figure=False)],
            title=title,
            x_label="epoch",
            x_range=(0, config.epochs),
        )

    def show_digits(self, digits: AugmentationPreviewed | None) -> None:
        self.query_one(DigitGrid).shown = digits
