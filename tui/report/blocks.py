"""What a report consists of, whatever it is written as: sections, of tables, charts, pictures and words. Pure.

All text is as it came: `page/` and `markdown.py` make it harmless.
"""

from dataclasses import dataclass, field

from tui.report.markup import Safe


@dataclass(frozen=True)
class Words:
    """A paragraph; a `warning` says what to be careful about."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `heat`, from 0 to 1, shades it; `strong` has it stand out."""

    text: str
    heat: float = 0.0
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a heading. The first column names its row; `words` columns more are text, all others numbers.

    `over` stands over all columns but the first and the last. The columns of a `matrix` are alike. One that is
    `folded` has many rows that few look at.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    words: int = 0
    over: str = ""
    matrix: bool = False
    folded: bool = False


@dataclass(frozen=True)
class Facts:
    """Names with their values, in lines."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """An entry of a legend: how a line looks (classes of chart.css), and what it is."""

    look: str
    name: str
    marker: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing that says in words what it shows: `title`, and for those who cannot see it, `about`."""

    title: str
    about: str
    svg: Safe
    note: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Charts:
    """Charts beside each other; the `keys` are those of all of them."""

    charts: tuple[Chart, ...]
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A test image: 28x28 grey values row by row, empty where they are not at hand."""

    index: int
    pixels: bytes
    actual: str
    predicted: str
    confidence: str
    loss: str


@dataclass(frozen=True)
class Pictures:
    """Pictures of `ink` are drawn dark where the page is light."""

    pictures: tuple[Picture, ...]
    ink: bool = True


@dataclass(frozen=True)
class Command:
    """Lines to copy into a shell."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Tile:
    """A figure in large."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Tiles:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Beside:
    """Columns of blocks, where a page has room for them, else one below the other."""

    columns: "tuple[tuple[Block, ...], ...]"


Block = Words | Table | Facts | Charts | Pictures | Command | Tiles | Beside


@dataclass(frozen=True)
class Part:
    """What a section says of one run, or, without a title, of all."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Section:
    title: str
    parts: tuple[Part, ...]

    @property
    def anchor(self) -> str:
        return "".join(each if each.isalnum() else "-" for each in self.title.lower())


@dataclass(frozen=True)
class Document:
    """A whole report. `subtitle` and `date` are those of the runs: it says nothing of when it was written."""

    title: str
    subtitle: str
    date: str
    note: str = ""
    sections: tuple[Section, ...] = field(default=())
