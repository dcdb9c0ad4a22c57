"""The first screen, before any run: the data, the device, and the key that trains."""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive

from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.fields import counted
from tui.state.actions.table import ACTIONS
from tui.state.store import State
from tui.state.words.networks import shown_name
from tui.state.words.runs import state_word
from tui.state.words.values import format_value
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget

MEDIUM, WIDE = 100, 160  # columns, from which there is room for one more block, and for two
MIDDLE = 64  # columns of the sentences, at most
UNUSUAL = ("continue", "suspend_process", "draw_anew", "reconnect")

Part = tuple[str, str]  # words and their style
Parts = tuple[Part, ...]
Line = list[Part]
SHOWN = ("model", "epochs", "batch_size", "optimizer", "lr", "schedule", "weight_decay", "dropout", "seed")


class Welcome(CellWidget):
    """A few sentences that need no reading twice; where there is room, what each screen is for, what keys do, and what
    is in the data."""

    COMPONENT_CLASSES = {"welcome--title", "welcome--key", "welcome--muted", "welcome--bad", "welcome--bar"}  # noqa: RUF012

    DEFAULT_CSS = """
    Welcome {
        height: 1fr;
        color: $foreground;
        .welcome--title { color: $text-primary; text-style: bold; }
        .welcome--key { color: $text-accent; text-style: bold; }
        .welcome--muted { color: $text-muted; }
        .welcome--bad { color: $text-error; }
        .welcome--bar { color: $secondary; }
    }
    """

    parts: reactive[Parts] = reactive((), init=False, repaint=False)
    """Words and their styles."""

    counts: reactive[tuple[int, ...]] = reactive((), init=False, repaint=False)
    """Training images of each digit, empty where not known."""

    config: reactive[tuple[Line, ...]] = reactive((), init=False, repaint=False)
    """The hyperparameters of the next run."""

    def show(self, state: State) -> None:
        self.config = tuple(next_run(state.next_config))
        check = state.data.check if state.data is not None else None
        self.counts = tuple(check.train.classes) if check is not None else ()
        self.parts = tuple(sentences(state))

    def watch_parts(self) -> None:
        self.redraw()

    def watch_config(self) -> None:
        self.redraw()

    def watch_counts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        middle = lines_of(self.parts, min(cells.width - 2, MIDDLE), 9)
        for more in (counted_digits(self.counts), list(self.config)):
            if more and cells.width >= MEDIUM and len(middle) + 1 + len(more) <= cells.height:
                middle += [[], *more]
        blocks = [middle]
        if cells.width >= MEDIUM:
            room = min(48, cells.width - MIDDLE - 8)
            blocks.append(lines_of(screens(cells.height), room, 3))
        if cells.width >= WIDE:
            blocks.insert(0, lines_of(keys(), 44, 7))
        widths = [max((length(line) for line in block), default=0) for block in blocks]
        gap = max(2, (cells.width - sum(widths)) // (len(blocks) + 1))
        x = gap
        for block, width in zip(blocks, widths, strict=True):
            top = max(0, (cells.height - max(map(len, blocks))) // 2)
            for y, line in enumerate(block, top):
                at = x
                for words, style in line:
                    words = words.replace("█", "#") if self.ascii else words
                    at = cells.put(at, y, words, f"welcome--{style}" if style else "")
            x += width + gap


def length(line: Line) -> int:
    return sum(cell_len(words) for words, _ in line)


def lines_of(parts: Sequence[Part], width: int, indent: int) -> list[Line]:
    """Return words with line breaks as lines of at most `width` cells; a line that goes on is indented."""
    lines: list[Line] = [[]]
    for words, style in parts:
        for number, piece in enumerate(words.split("\n")):
            if number:
                lines.append([])
            for word in re.findall(r" +|[^ ]+", piece):
                if length(lines[-1]) + cell_len(word) > width and lines[-1] and word.strip():
                    lines.append([(" " * indent, "")])
                lines[-1].append((word, style))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def screens(height: int) -> list[Part]:
    """Return what each screen is for; without sentences where the room is low."""
    parts: list[Part] = [("screens\n\n", "muted")]
    for action in ACTIONS:
        if action.name.startswith("go("):
            parts += [(action.key, "key"), (f"  {action.label}\n", "")]
            parts.append((f"   {action.help}\n" + "\n" * (height >= 30), "muted"))
    return parts


def keys() -> list[Part]:
    """Return the keys that work on every screen."""
    parts: list[Part] = [("on every screen\n\n", "muted")]
    for action in ACTIONS:
        if action.scope == "app" and not action.name.startswith("go(") and action.name not in UNUSUAL:
            parts += [(f"{action.key_display or action.key:<6}", "key"), (f" {action.help}\n", "")]
    return parts


def next_run(config: RunConfig) -> list[Line]:
    """Return what the next run will train with: what matters most, and what is not at its default."""
    lines: list[Line] = [[("the next run", "muted")]]
    differences = config.differences()
    for name in (*SHOWN, *(name for name in differences if name not in SHOWN and name != "data")):
        value = sanitize(format_value(getattr(config, name)), 40)
        lines.append([(f"{FIELDS[name].label:<18}", "muted"), (value, "key" if name in differences else "")])
    return lines


def counted_digits(counts: Sequence[int]) -> list[Line]:
    """Return how many training images each digit has, as bars."""
    if len(counts) != 10 or not max(counts):
        return []
    lines: list[Line] = [[("training images of each digit", "muted")]]
    for digit, count in enumerate(counts):
        bar = "█" * max(1 if count else 0, round(24 * count / max(counts)))
        lines.append([(f"{digit} ", ""), (f"{bar:<25}", "bar"), (f"{count:,}", "muted")])
    return lines


def sentences(state: State) -> list[tuple[str, str]]:
    """Return the words to show and their styles."""
    parts: list[tuple[str, str]] = [
        ("mnist-tui\n", "title"),
        ("train a digit classifier in your terminal\n\n", "muted"),
    ]
    if state.link == "lost":
        return [*parts, (f"{state.link_reason}\n\n", "bad"), ("e", "key"), ("  start the engine again\n", "")]
    if state.engine_problem:
        return [*parts, (f"the engine failed: {state.engine_problem}\n", "bad")]

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
    network = "the seed network" if config.model == "seed-cnn" else shown_name(config.model)
    parts += [("t", "key"), (f"  train {network}: {counted(config.epochs, 'epoch')}\n", "")]
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
    parts += [("?", "key"), ("  all keys\n", "")]
    return parts
