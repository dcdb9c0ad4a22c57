"""The first screen, before any run: the data and some of its images, the device, and the key that trains."""

from textual.reactive import reactive

from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import DataReady
from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import worded
from tui.state.state import State, classes_of
from tui.state.words.networks import shown_name
from tui.state.words.runs import state_word
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.welcome_blocks import (
    Line,
    Part,
    draw_examples,
    keys,
    length,
    lines_of,
    networks,
    next_run,
    put_lines,
    screens,
    short_keys,
)

MEDIUM, WIDE = 100, 160  # columns, from which there is room for one more block, and for two
MIDDLE = 64  # columns of the sentences, at most

Parts = tuple[Part, ...]
LOG: tuple[Part, ...] = (("l", "key"), ("  what the log says of it\n", ""))
READABLE: tuple[Part, ...] = (
    ("\ndata that --data takes\n", "muted"),
    ("FOLDER   ", "key"), ("with train/ and test/, and in these a folder of pictures for each class\n", ""),
    ("FOLDER   ", "key"), ("with MNIST's four IDX files, plain or gzip\n", ""),
    ("NAME     ", "key"), ("fashion, kmnist, qmnist, usps or emnist-letters, say: downloaded at the first use\n", ""),
    ("FILE.npz ", "key"), ("with train_images, train_labels, test_images and test_labels\n", ""),
)  # fmt: skip


class Welcome(CellWidget):
    """A few sentences that need no reading twice; where there is room, what each screen is for, what keys do, and what
    is in the data."""

    COMPONENT_CLASSES = {"welcome--title", "welcome--key", "welcome--muted", "welcome--bad"}  # noqa: RUF012

    DEFAULT_CSS = """
    Welcome {
        height: 1fr;
        color: $foreground;
        .welcome--title { color: $text-primary; text-style: bold; }
        .welcome--key { color: $text-accent; text-style: bold; }
        .welcome--muted { color: $text-muted; }
        .welcome--bad { color: $text-error; }
    }
    """

    parts: reactive[Parts] = reactive((), init=False, repaint=False)
    """Words and their styles."""

    data: reactive[DataReady | None] = reactive(None, init=False, repaint=False)
    """The data set, of which some images are shown."""

    config: reactive[RunConfig] = reactive(RunConfig(), init=False, repaint=False)
    """The hyperparameters of the next run."""

    def show(self, state: State) -> None:
        self.config = state.next_config
        self.data = state.data
        self.parts = tuple(sentences(state))

    def watch_parts(self) -> None:
        self.redraw()

    def watch_config(self) -> None:
        self.redraw()

    def watch_data(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        blocks = self._blocks(cells.width, cells.height)
        highest = max(map(len, blocks))
        room = cells.height - highest - 1
        wide = cells.width >= MEDIUM
        band = draw_examples(cells, self.data, room, "welcome", ascii=self.ascii) if wide else 0
        if wide and not band:
            catalogue = networks(min(cells.width - 8, 240))
            band = len(catalogue) if len(catalogue) <= room else 0
            put_lines(cells, 4, cells.height - band - max(0, room - band) // 3, catalogue[:band], "welcome")
            band += max(0, room - band) // 3 if band else 0
        widths = [max((length(line) for line in block), default=0) for block in blocks]
        gap = max(2, (cells.width - sum(widths)) // (len(blocks) + 1))
        x = gap
        for block, width in zip(blocks, widths, strict=True):
            put_lines(cells, x, max(0, (cells.height - band - highest) // 2), block, "welcome")
            x += width + gap

    def _blocks(self, width: int, height: int) -> list[list[Line]]:
        """Return what stands side by side, as lines: the sentences, and as much around them as has room."""
        middle = lines_of(self.parts, min(width - 2, MIDDLE), 9)
        if len(middle) > height and self.parts[-len(READABLE) :] == READABLE:
            middle = lines_of(self.parts[: -len(READABLE)], min(width - 2, MIDDLE), 9)
        blocks = [middle]
        has_images = self.data is not None and bool(self.data.examples)
        images = 9 if has_images else 0  # lines, at least
        if width >= MEDIUM:
            classes = self.data.classes if self.data is not None else DIGITS
            across = min(48, width - MIDDLE - 8)
            right = lines_of(screens(classes, spaced=True), across, 3)
            if len(right) > height - images:
                right = lines_of(screens(classes, spaced=False), across, 3)
            common = short_keys()
            if width < WIDE and not has_images and len(right) + 1 + len(common) <= height:
                right += [[], *common]
            blocks.append(right)
            config = next_run(self.config)
            if len(middle) + 1 + len(config) <= height - images:
                middle += [[], *config]
        if width >= WIDE:
            blocks.insert(0, lines_of(keys(), 44, 7))
        return blocks


def sentences(state: State) -> list[Part]:
    """Return the words to show and their styles."""
    parts: list[Part] = [
        ("mnist-tui\n", "title"),
        (worded("train a digit classifier in your terminal\n\n", classes_of(state)), "muted"),
    ]
    if state.link == "lost":
        start = [("e", "key"), ("  start the engine again\n", "")]
        return [*parts, ("engine   ", "muted"), (f"{state.link_reason}\n\n", "bad"), *start, *LOG, *READABLE]
    if state.engine_problem:
        return [*parts, ("engine   ", "muted"), (f"failed: {state.engine_problem}\n\n", "bad"), *LOG, *READABLE]

    if state.data_problem:
        parts += [("data     ", "muted"), (f"{state.data_problem}\n", "bad")]
    if state.progress is not None:
        done, total = state.progress.done, state.progress.total
        parts += [("data     ", "muted"), (f"{sanitize(state.progress.action)}: {done:,} of {total:,}\n", "")]
    elif state.data is not None:
        data = state.data
        parts += [("data     ", "muted"), (f"{data.train:,} training and {data.test:,} test images\n", "")]
        where = "the sample that ships with mnist-tui" if data.sample else f"{data.kind} in {sanitize(data.path)}"
        parts += [(f"         {where}\n", "muted")]
    elif not state.data_problem:
        parts += [("data     ", "muted"), ("looking for it\n", "")]

    if state.engine is not None:
        engine = state.engine
        parts += [("device   ", "muted"), (f"{sanitize(f'{engine.device}, {engine.device_name}')}\n", "")]
        parts += [(f"         torch {sanitize(engine.torch)}, {counted(engine.threads, 'thread')}\n\n", "muted")]
    else:
        parts += [("device   ", "muted"), (f"{state.link_reason or 'the engine is loading torch'}\n\n\n", "")]

    config = state.next_config
    network = "the default network" if config.model == "seed-cnn" else shown_name(config.model)
    train = f"train {network}: {counted(config.epochs, 'epoch')}"
    if state.awaited:
        train = "training begins as soon as the engine is ready"
    parts += [("t", "key"), (f"  {train}\n", "")]
    parts += [("5", "key"), ("  change hyperparameters first\n", "")]
    if state.data is None or state.data.sample:
        parts += [("d", "key"), ("  download the full MNIST: 70,000 images, 11 MB\n", "")]
    if state.runs and state.runs[0].resumable:
        last = state.runs[0]
        word = sanitize(state_word(last.state), 16)
        if last.epoch >= last.epochs:
            how = f"after {counted(last.epoch, 'epoch')}"
        elif last.state == "finished":  # by early stopping
            how = f"after epoch {last.epoch} of {last.epochs}"
        else:
            how = f"in epoch {last.epoch + 1} of {last.epochs}"
        parts += [("R", "key"), (f"  resume {sanitize(last.run)}, {word} {how}\n", "")]
    if state.runs:
        parts += [
            ("4", "key"),
            (
                "  open an earlier run\n"
                if len(state.runs) == 1
                else f"  open one of {len(state.runs)} earlier runs\n",
                "",
            ),
        ]
    parts += [("?", "key"), ("  all keys; Enter there opens the guide\n", "")]
    return parts if state.data is not None else [*parts, *READABLE]
