"""The preview of the form: augmented digits, what the run takes, and the curve of the learning rate."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import AugmentationPreviewed
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.schedule import curve
from tui.state.class_words import one_of, thing, worded
from tui.state.state import State, described
from tui.state.words.networks import network_of
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.chart import Chart
from tui.widgets.digit_art import draw
from tui.widgets.estimate import plan_of
from tui.widgets.plan import PlanView
from tui.widgets.plotting.plot import Line

COLUMNS, ROWS = 14, 7  # of a small digit
NARROW, LARGE = 100, 160  # columns from which there is room for four digits side by side; for the layers beside them


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

    classes_of: tuple[str, ...] = DIGITS  # the names of the labels

    def watch_shown(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        if self.shown is None:
            cells.put_centered(worded("no digit yet", self.classes_of), "digit-grid--muted")
            return
        what = f"training {thing(self.classes_of)} #{self.shown.index}, {one_of(self.classes_of, self.shown.label)}"
        caption = f"{what}, as the network would see it"
        cells.put(0, 0, caption[: cells.width], "digit-grid--muted")
        across = max(1, cells.width // COLUMNS)
        for i, pixels in enumerate(self.shown.pixels):
            left, top = i % across * COLUMNS, 1 + i // across * ROWS
            if top + ROWS > cells.height:
                return
            for y, line in enumerate(draw(pixels, "ramp" if self.ascii else "braille", COLUMNS, ROWS), top):
                cells.put(left, y, line, "digit-grid--ink")


class Preview(Horizontal):
    """Augmented digits, where anything is augmented; what the run takes; the curve of its learning rate."""

    DEFAULT_CSS = f"""
    Preview {{
        border-top: solid $foreground 25%;
        DigitGrid {{ width: {4 * COLUMNS}; margin: 0 1; display: none; }}
        &.-augmented DigitGrid {{ display: block; }}
        &.-narrow DigitGrid {{ width: {2 * COLUMNS}; }}
        PlanView {{ width: 42; padding: 0 1; }}
        &.-large PlanView {{ width: 57; padding: 0 2 0 1; }}
        Chart {{ width: 1fr; }}
        &.-stacked #figures {{ layout: vertical; }}
        &.-stacked PlanView {{ width: 1fr; height: 3; }}
        &.-stacked.-tall PlanView {{ height: 8; }}
    }}
    """

    room: reactive[int] = reactive(0, init=False)
    """Lines that the form leaves; what it draws takes as many, and in any case what it needs."""

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
        with Horizontal(id="figures"):
            yield PlanView()
            yield Chart()

    def another_digit(self) -> None:
        """Ask for the next training digit from now on."""
        self._digit += 1

    def follow(self, config: RunConfig, state: State) -> None:
        """Draw what this config does and takes, and ask for its digits where it augments any."""
        plan = plan_of(config, state)
        view = self.query_one(PlanView)
        view.plan, view.network = plan, described(state, network_of(config))
        self.show_config(config, plan.steps)
        self.query_one(DigitGrid).classes_of = state.data.classes if state.data is not None else DIGITS
        augmented = is_augmented(config)
        if augmented != self.has_class("-augmented"):
            self.set_class(augmented, "-augmented")
            self.lay_out()
        if augmented and state.data is not None:
            # A screen that calls this would count as the sender, and the message would not go beyond it.
            self.post_message(self.Wanted(config, self._digit).set_sender(self))

    def lay_out(self) -> None:
        """Take the lines that are left, at least those that digits or figures need."""
        width, height = self.screen.size
        augmented, tall = self.has_class("-augmented"), self.room != 0
        self.set_class(width < NARROW, "-narrow")
        self.set_class(width >= LARGE, "-large")
        self.set_class(augmented and width < LARGE, "-stacked")
        self.set_class(tall, "-tall")
        least = (2 if augmented and tall else 1) * ROWS + (2 if augmented else 3)
        self.styles.height = max(least, min(self.room, height // 2))

    def watch_room(self) -> None:
        self.lay_out()

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


def is_augmented(config: RunConfig) -> bool:
    """Tell whether a run with this config changes its training images."""
    fields = [field for field in FIELDS.values() if field.group == "Augmentation"]
    return any(getattr(config, field.name) != field.default for field in fields)
