"""A report as Markdown: to read as it is, or wherever Markdown is shown. Pure.

Charts and pictures are at its end, in the file itself: it stays legible, and shows them where such addresses are
allowed. Text from outside is escaped, so that it makes no link, no markup and no HTML.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

from tui.report.blocks import (
    Beside,
    Block,
    Cell,
    Chart,
    Charts,
    Command,
    Document,
    Facts,
    Pictures,
    Table,
    Tiles,
    Words,
)
from tui.report.drawing.picture import standing_alone
from tui.report.page.digits import SIDE, grey_lines, in_words
from tui.terminal.png import png_of_lines
from tui.terminal.sanitize import sanitize

LONGEST = 20_000  # characters of a text
SPECIAL = re.compile(r"([\\`*_\[\]<>|~#$])")
LINKS = re.compile(r"(?i)(https?|ftp|mailto|xmpp|www)(:|\.)")
ACROSS = 8  # pictures beside each other
GAP = b"\x80\x80\x80" * 2


class Addresses:
    """What is at the end of the file, by the name that the text has for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, kind: str, content: bytes) -> str:
        name = f"picture-{len(self.lines) + 1}"
        self.lines.append(f"[{name}]: data:{kind};base64,{b64encode(content).decode()}")
        return name


def markdown(document: Document) -> str:
    """Return the whole report."""
    addresses = Addresses()
    about = ", ".join(filter(None, (document.subtitle, document.date)))
    parts = [f"# {plain(document.title)}", plain(about)]
    if document.note.strip():
        parts.append("\n".join(f"> {plain(line)}" for line in document.note.strip().split("\n")))
    for section in document.sections:
        parts.append(f"## {plain(section.title)}")
        for part in section.parts:
            parts += [f"### {plain(part.title)}"] * bool(part.title)
            parts += [block_of(block, addresses) for block in part.blocks]
    parts += ["\n".join(addresses.lines)] * bool(addresses.lines)
    return "\n\n".join(filter(None, parts)) + "\n"


def plain(text: str) -> str:
    """Return text that stays text."""
    escaped = SPECIAL.sub(r"\\\1", sanitize(text, longest=LONGEST)).replace("&", "&amp;")
    return LINKS.sub(r"\1\\\2", escaped)


def block_of(block: Block, addresses: Addresses) -> str:
    match block:
        case Words():
            return f"**Note:** {plain(block.text)}" if block.warning else plain(block.text)
        case Table():
            return table(block)
        case Facts():
            return lines_of(("name", "value"), [(name, value) for name, value in block.rows], words=1)
        case Tiles():
            rows = [(each.name, each.value, each.note) for each in block.tiles]
            return lines_of(("figure", "value", "of"), rows, words=2)
        case Charts():
            return "\n\n".join(chart(each, addresses) for each in block.charts)
        case Beside():
            return "\n\n".join(block_of(each, addresses) for column in block.columns for each in column)
        case Pictures():
            return digits(block, addresses)
        case Command():
            content = "\n".join(sanitize(line, longest=LONGEST) for line in block.lines)
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", content)), default=0))
            return f"{fence}sh\n{content}\n{fence}"


def table(block: Table) -> str:
    head = tuple(
        f"{block.over} {name}" if block.over and 0 < i < len(block.head) - 1 else name
        for i, name in enumerate(block.head)
    )
    return f"{plain(block.caption)}:\n\n{lines_of(head, block.rows, block.words)}"


def lines_of(head: tuple[str, ...], rows: Sequence[Sequence[str | Cell]], words: int) -> str:
    """Return a table; the first column and `words` more are text, all others numbers."""
    rule = ["---" if i <= words else "---:" for i in range(len(head))]
    lines = [cells(head), "|" + "|".join(rule) + "|", *map(cells, rows)]
    return "\n".join(lines)


def cells(row: Sequence[str | Cell]) -> str:
    return "| " + " | ".join(map(cell, row)) + " |"


def cell(each: str | Cell) -> str:
    if isinstance(each, Cell) and each.strong and each.text:
        return f"**{plain(each.text)}**"
    return plain(each.text if isinstance(each, Cell) else each)


def chart(each: Chart, addresses: Addresses) -> str:
    name = addresses.add("image/svg+xml", standing_alone(each.svg, each.title, each.about).encode())
    note = f"\n\n{plain(each.note)}." if each.note else ""
    return f"**{plain(each.title)}**{note}\n\n![{plain(each.about)}][{name}]"


def digits(block: Pictures, addresses: Addresses) -> str:
    rows = [(str(each.index), each.actual, each.predicted, each.confidence, each.loss) for each in block.pictures]
    found = lines_of(("index", "it is", "taken for", "confidence", "loss"), rows, words=0)
    shown = [each for each in block.pictures if each.pixels]
    if not shown:
        return found
    about = "The pictures, row by row: " + "; ".join(map(in_words, shown))
    name = addresses.add("image/png", sheet([each.pixels for each in shown]))
    return f"{found}\n\n![{plain(about)}][{name}]"


def sheet(pictures: list[bytes]) -> bytes:
    """Return all pictures in one, ACROSS in a row."""
    lines: list[bytes] = []
    width = min(ACROSS, len(pictures)) * (3 * SIDE + len(GAP)) - len(GAP)
    for start in range(0, len(pictures), ACROSS):
        rows = [grey_lines(pixels) for pixels in pictures[start : start + ACROSS]]
        lines += [GAP.join(each[y] for each in rows).ljust(width, b"\x80") for y in range(SIDE)]
        lines += [b"\x80" * width] * 2
    return png_of_lines(lines[:-2])
