"""What stands around the words of the first screen: screens, keys, the next run, networks, images of the data."""

import re
from collections.abc import Sequence

from rich.cells import cell_len

from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import DataReady
from tui.state.actions.table import ACTIONS
from tui.state.class_words import short_name, worded
from tui.state.words.values import format_value
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells
from tui.widgets.digit_art import draw

UNUSUAL = ("continue", "suspend_process", "draw_anew", "reconnect")
SHOWN = ("model", "epochs", "batch_size", "optimizer", "lr", "schedule", "weight_decay", "dropout", "seed")
HALF = 31  # cells of one of two columns
COLUMN = 80  # cells, at least, of a column of networks
MANY = 10  # classes, from which on they may stand in several lines
SIZES = ((28, 14), (20, 10), (14, 7), (10, 5))  # columns and lines of a digit, the largest first

Part = tuple[str, str]  # words and their style
Line = list[Part]


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


def put_lines(cells: Cells, x: int, y: int, lines: Sequence[Line], kind: str) -> int:
    """Draw lines below each other; `kind` is what the names of component classes begin with. Return the next line."""
    for row, line in enumerate(lines, y):
        end = x
        for words, style in line:
            end = cells.put(end, row, words, f"{kind}--{style}" if style else "")
    return y + len(lines)


def in_columns(lines: Sequence[Line], columns: int, width: int) -> list[Line]:
    """Return lines side by side, each column of so many cells, filled from top to bottom."""
    height = -(-len(lines) // columns)
    rows: list[Line] = []
    for y in range(height):
        row: Line = []
        for line in lines[y::height]:
            row += [(" " * max(0, len(row) and width - length(row) % width), "")] if row else []
            row += line
        rows.append(row)
    return rows


def screens(classes: Sequence[str], *, spaced: bool) -> list[Part]:
    """Return what each screen is for, with data of these classes; `spaced`: with a blank line after each."""
    parts: list[Part] = [("screens\n\n", "muted")]
    for action in ACTIONS:
        if action.name.startswith("go("):
            parts += [(action.key, "key"), (f"  {worded(action.label, classes)}\n", "")]
            parts.append((f"   {worded(action.help, classes)}\n" + "\n" * spaced, "muted"))
    return parts


def keys() -> list[Part]:
    """Return the keys that work on every screen, with a sentence for each."""
    parts: list[Part] = [("on every screen\n\n", "muted")]
    for key, _, sentence in common_keys():
        parts += [(f"{key:<6}", "key"), (f" {sentence}\n", "")]
    return parts


def short_keys() -> list[Line]:
    """Return the same with a word for each, in two columns."""
    words: list[Line] = [[(f"{key:<6}", "key"), (label, "")] for key, label, _ in common_keys()]
    return [[("on every screen", "muted")], *in_columns(words, 2, HALF - 8)]


def common_keys() -> list[tuple[str, str, str]]:
    return [
        (action.key_display or action.key, action.label, action.help)
        for action in ACTIONS
        if action.scope == "app" and not action.name.startswith("go(") and action.name not in UNUSUAL
    ]


def next_run(config: RunConfig) -> list[Line]:
    """Return what the next run will train with: what matters most, and what is not at its default."""
    lines: list[Line] = []
    differences = config.differences()
    for name in (*SHOWN, *(name for name in differences if name not in SHOWN and name != "data")):
        value = sanitize(format_value(getattr(config, name)), HALF - 17)
        lines.append([(f"{FIELDS[name].label:<15} ", "muted"), (value, "key" if name in differences else "")])
    return [[("the next run", "muted")], *in_columns(lines, 2, HALF)]


def networks(width: int) -> list[Line]:
    """Return the networks there are, each with a sentence, in as many columns as have room."""
    columns = max(1, min(3, width // COLUMN))
    names = list(CATALOGUE)
    each = -(-len(names) // columns)
    blocks = []
    for first in range(0, len(names), each):
        parts: list[Part] = []
        for name in names[first : first + each]:
            parts += [(f"{name:<15} ", ""), (f"{CATALOGUE[name].help}\n", "muted")]
        blocks.append(lines_of(parts, width // columns - 2, 16))
    height = max(map(len, blocks))
    padded = [line for block in blocks for line in (*block, *([] for _ in range(height - len(block))))]
    return [[("networks", "muted")], *in_columns(padded, columns, width // columns)]


def draw_examples(cells: Cells, data: DataReady | None, room: int, style: str, *, ascii: bool) -> int:
    """Draw training images of each class, and how many there are of it, on at most `room` lines at the bottom.

    Return how many lines that takes. `style` is what the names of component classes begin with.
    """
    if data is None or not data.examples:
        return 0
    classes = len(data.examples)
    columns, lines, below = digit_size(classes, cells.width - 2, room)
    if classes > MANY and not columns:
        return draw_wrapped(cells, data, room, style, ascii=ascii)
    below = min(below, max(map(len, data.examples)))
    if not columns:
        return 0
    top, bottom = cells.height - 2 - lines * below, cells.height - 1
    step = (cells.width - 2) // classes
    art = "ramp" if ascii else "braille" if lines < 14 else "blocks"
    counts = data.check.train.classes if data.check is not None else ()
    left = (cells.width - step * classes) // 2 + (step - columns) // 2
    heading = f"the first training {'images' if below > 1 else 'image'} of each class, and how many there are"
    cells.put(left, top, heading, f"{style}--muted")
    for label, examples in enumerate(data.examples):
        x = left + label * step
        for row, pixels in enumerate(examples[:below]):
            for y, line in enumerate(draw(pixels, art, columns, lines), top + 1 + row * lines):
                cells.put(x, y, line.replace("\u2800", " "))  # a blank of braille takes three bytes
        count = f" {counts[label]:,}" if label < len(counts) else ""
        name = short_name(data.classes, label, max(1, min(6, step - 1 - columns // 4 - len(count))))
        end = cells.put(x + columns // 4, bottom, name, f"{style}--key")
        cells.put(end, bottom, count, f"{style}--muted")
    return bottom + 1 - top


def draw_wrapped(cells: Cells, data: DataReady, room: int, style: str, *, ascii: bool) -> int:
    """Draw one image of each of many classes, in as many lines as they need, if there is room for all."""
    columns, lines = SIZES[-2] if room > 3 * SIZES[-2][1] else SIZES[-1]
    across = max(1, (cells.width - 2) // (columns + 2))
    down = -(-len(data.examples) // across)
    high = down * (lines + 1) + 1
    if high > room:
        return 0
    top = cells.height - high
    cells.put(1, top, f"the first training image of each of {len(data.examples)} classes", f"{style}--muted")
    for label, images in enumerate(data.examples):
        x, y = 1 + label % across * (columns + 2), top + 1 + label // across * (lines + 1)
        for row, line in enumerate(draw(images[0], "ramp" if ascii else "braille", columns, lines) if images else ()):
            cells.put(x, y + row, line.replace("\u2800", " "))
        cells.put(x, y + lines, short_name(data.classes, label, columns), f"{style}--key")
    return high


def digit_size(classes: int, width: int, height: int) -> tuple[int, int, int]:
    """Return columns and lines of the largest digits of which all classes have room side by side, with a heading and a
    caption, and how many of them below each other; zeros where there is no room."""
    for columns, lines in SIZES:
        if classes * (columns + 1) - 1 <= width and lines + 2 <= height:
            return columns, lines, (height - 2) // lines
    return 0, 0, 0
