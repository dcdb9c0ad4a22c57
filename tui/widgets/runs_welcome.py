"""The screen of runs before there is one: what to start, what can be done with it here, and what there is to train."""

from textual.reactive import reactive

from engine.vocabulary.messages import DataReady
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.presets import NAMED
from tui.state.class_words import worded
from tui.state.state import State
from tui.state.words.values import format_values
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.welcome_blocks import Line, Part, draw_examples, lines_of, networks, put_lines

BESIDE = 100  # columns, from which presets stand beside the keys
LABEL = 8
MIDDLE = 64  # columns that the keys and a gap take at most

KEYS: tuple[Part, ...] = (
    ("No runs yet. Press t to train.\n\n", "head"),
    ("t       ", "key"), ("train with the form as it is\n", ""),
    ("5       ", "key"), ("change hyperparameters first\n", ""),
    ("F2      ", "key"), ("there: fill in one of the presets\n", ""),
    ("6       ", "key"), ("search hyperparameters: many short runs\n\n", ""),
    ("what you can do with runs here\n", "muted"),
    ("enter   ", "key"), ("open charts, digits and confusion matrix\n", ""),
    ("space   ", "key"), ("compare runs: curves in one chart, what differs\n", ""),
    ("/       ", "key"), ("filter: acc>99 model:resnet state:failed star\n", ""),
    ("s       ", "key"), ("sort; * star, e rename, n note, D delete\n", ""),
    ("R       ", "key"), ("resume from the last checkpoint\n", ""),
    ("F       ", "key"), ("begin a new run from a checkpoint of another\n", ""),
    ("c       ", "key"), ("clone the configuration into the form\n", ""),
)  # fmt: skip


class RunsWelcome(CellWidget):
    """Keys and presets, side by side where there is room; below them the networks, and images of the data."""

    COMPONENT_CLASSES = {"runs-welcome--key", "runs-welcome--head", "runs-welcome--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    RunsWelcome {
        height: 1fr;
        padding: 1 2 0 2;
        .runs-welcome--key { color: $text-accent; text-style: bold; }
        .runs-welcome--head { color: $foreground; text-style: bold; }
        .runs-welcome--muted { color: $text-muted; }
    }
    """

    data: reactive[DataReady | None] = reactive(None, init=False, repaint=False)
    """The data set, of which some images are shown."""

    def show(self, state: State) -> None:
        self.data = state.data

    def watch_data(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        beside = cells.width >= BESIDE
        middle = min(cells.width // 2, MIDDLE) if beside else cells.width
        classes = self.data.classes if self.data is not None else DIGITS
        keys = [(worded(words, classes), style) for words, style in KEYS]
        blocks = [lines_of(keys, middle - 2, LABEL)]
        presets = lines_of(preset_parts(), cells.width - middle if beside else cells.width, LABEL)
        if beside:
            blocks.append(presets)
        y = self._put(cells, blocks, 0, middle)
        for block in ([] if beside else [presets], [networks(cells.width)]):
            if block and y + 1 + len(block[0]) <= cells.height:
                y = self._put(cells, block, y + 1, middle)
        draw_examples(cells, self.data, cells.height - y - 1, "runs-welcome", ascii=self.ascii)

    def _put(self, cells: Cells, blocks: list[list[Line]], top: int, step: int) -> int:
        """Draw blocks side by side; return the line below them."""
        ends = [put_lines(cells, i * step, top, block, "runs-welcome") for i, block in enumerate(blocks)]
        return max(ends)


def preset_parts() -> list[Part]:
    """Return each preset by its name, with its title and what it changes."""
    parts: list[Part] = [("presets\n", "muted")]
    for name, preset in NAMED.items():
        changes = f": {format_values(preset.changes)}" if preset.changes else ""
        parts += [(f"{name:<{LABEL}}", "key"), (f"{preset.title}{changes}\n", "")]
    return parts
