"""Each kind of block as elements of HTML. Pure."""

import re

from tui.report.blocks import (
    Beside,
    Block,
    Cell,
    Chart,
    Charts,
    Command,
    Facts,
    Key,
    Pictures,
    Table,
    Tile,
    Tiles,
    Words,
)
from tui.report.drawing.marks import marker
from tui.report.drawing.picture import picture, titled
from tui.report.markup import Safe, el, text
from tui.report.page.digits import digit

MANY = 12  # facts, that stand closer
LONG = 36  # characters of a cell, from which on it has several lines
LINE_WIDTH, LINE_HEIGHT = 30.0, 12.0  # of a line in a legend


class Elements:
    """Counts what needs an id of its own."""

    def __init__(self) -> None:
        self._drawings = 0

    def of(self, block: Block) -> Safe:
        match block:
            case Words():
                return el(
                    "p", block.text, class_="warning" if block.warning else None, role="note" if block.warning else None
                )
            case Table():
                return table(block)
            case Facts():
                return el(
                    "dl",
                    (el("div", el("dt", name), el("dd", value)) for name, value in block.rows),
                    class_="facts many" if len(block.rows) > MANY else "facts",
                )
            case Charts():
                alone = " alone" if len(block.charts) == 1 else ""
                return Safe(legend(block.keys) + el("div", map(self.chart, block.charts), class_=f"charts{alone}"))
            case Pictures():
                return el("ul", map(digit, block.pictures), class_="digits ink" if block.ink else "digits")
            case Command():
                return command(block)
            case Beside():
                columns = (el("div", map(self.of, column)) for column in block.columns)
                return el("div", columns, class_="beside")
            case Tiles():
                return el("dl", map(tile, block.tiles), class_="tiles")

    def chart(self, chart: Chart) -> Safe:
        self._drawings += 1
        note = el("span", chart.note, class_="remark") if chart.note else None
        return el(
            "figure",
            el("figcaption", el("strong", chart.title), note),
            titled(chart.svg, chart.title, chart.about, f"chart{self._drawings}"),
            legend(chart.keys),
        )


def command(block: Command) -> Safe:
    lines = Safe("\n".join(map(text, block.lines)))  # each harmless, and one line
    return el("pre", el("code", lines), tabindex=0, role="region", aria_label="Commands")


def tile(each: Tile) -> Safe:
    note = el("span", each.note) if each.note else None
    return el("div", el("dt", each.name), el("dd", el("strong", each.value), note))


def legend(keys: tuple[Key, ...]) -> Safe:
    return el("ul", map(key, keys), class_="keys") if keys else Safe("")


def key(each: Key) -> Safe:
    """Return an entry with a piece of its line, which says nothing that its name does not."""
    middle = LINE_HEIGHT / 2
    only_points = each.look.startswith("hollow") or each.look in ("c1",)
    line = None if only_points else el("path", class_="line", d=f"M1 {middle:g}H{LINE_WIDTH - 1:g}")
    symbol = marker(each.marker, LINE_WIDTH / 2, middle) if each.marker else None
    drawing = picture(el("g", line, symbol, class_=each.look), width=LINE_WIDTH, height=LINE_HEIGHT)
    hidden = Safe(drawing.replace("<svg", '<svg aria-hidden="true"', 1))
    return el("li", hidden, el("span", each.name))


def table(block: Table) -> Safe:
    width = len(block.head)
    over = None
    if block.over:
        over = el("tr", el("td"), el("th", block.over, scope="colgroup", colspan=width - 2), el("td"), class_="over")
    heads = (el("th", name, scope="col", class_=kind(block, i)) for i, name in enumerate(block.head))
    rows = (row(block, cells) for cells in block.rows)
    caption = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", block.caption)
    found = el("table", el("caption", el("span", caption)), el("thead", over, el("tr", heads)), el("tbody", rows),
               class_="matrix" if block.matrix else None)  # fmt: skip
    shown = el("div", found, class_="scroll", role="region", aria_label=block.caption, tabindex=0)
    return el("details", el("summary", block.caption), shown) if block.folded else shown


def row(block: Table, cells: tuple[str | Cell, ...]) -> Safe:
    first, *others = cells
    name = first if isinstance(first, Cell) else Cell(first)
    return el(
        "tr",
        el("th", content(name), scope="row"),
        (cell(each if isinstance(each, Cell) else Cell(each), kind(block, i)) for i, each in enumerate(others, 1)),
    )


def kind(block: Table, column: int) -> str | None:
    """Return the class of a column of words; numbers are the rule."""
    return "words" if 1 <= column <= block.words else None


def cell(each: Cell, of: str | None) -> Safe:
    long = "long" if of and len(each.text) > LONG else ""
    classes = " ".join(filter(None, (of, long, "heat" if each.heat else "")))
    style = f"--h:{each.heat:.2f}" if each.heat else None
    return el("td", content(each), class_=classes or None, style=style)


def content(each: Cell) -> Safe | str:
    return el("strong", each.text) if each.strong else each.text
