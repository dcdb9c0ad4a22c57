"""What is known of a digit, in words."""

from rich.cells import cell_len
from textual.reactive import reactive

from tui.state.class_words import short_name
from tui.state.gallery.in_full import InFull
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.probabilities import clamp

Part = tuple[str, str]  # text and style
LONGEST_NAME, SHORT_NAME, SHORTEST_NAME = 12, 8, 6  # columns of a class
USUAL_WIDTH = 46  # columns, of 80x24


class DigitFacts(CellWidget):
    """Which digit, right or wrong, its loss and rank, the most likely classes, and what a list says of it."""

    COMPONENT_CLASSES = {"facts--muted", "facts--plain", "facts--right", "facts--wrong"}  # noqa: RUF012

    DEFAULT_CSS = """
    DigitFacts {
        height: 7;
        padding: 0 1;
        .facts--plain { color: $foreground; }
        .facts--muted { color: $text-muted; }
        .facts--right { color: $success; text-style: bold; }
        .facts--wrong { color: $error-lighten-1; text-style: bold; }
        &:light .facts--right { color: $text-success; }
        &:light .facts--wrong { color: $text-error; }
    }
    """

    digit: reactive[InFull | None] = reactive(None, init=False, repaint=False)

    def watch_digit(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        if self.digit is None:
            return
        y = 0
        for line in lines_of(self.digit, cells.width):
            x = 0
            for text, style in line:
                for piece in pieces(text, cells.width - x, cells.width):
                    if piece == "\n":
                        x, y = 0, y + 1
                    else:
                        x = cells.put(x, y, piece, f"facts--{style}")
            y += 1


def pieces(text: str, room: int, width: int) -> list[str]:
    """Return text in pieces of lines, broken between words where it has no room."""
    if cell_len(text) <= room:
        return [text]
    if text.startswith(" "):
        return ["\n", *pieces(text.lstrip(), width, width)]
    found: list[str] = []
    line = ""
    for word in text.split(" "):
        more = f"{line} {word}" if line else word
        if cell_len(more) > room and line:
            found += [line, "\n"]
            line, room = word, width
        else:
            line = more
    return [*found, line]


def verdict_parts(digit: InFull, width: int) -> list[Part]:
    """Return `predicted 9   actual 4   wrong`; where this has no room, with shorter names."""
    row, names = digit.row, digit.classes
    if row.predicted < 0 <= row.label:
        return [("labelled ", "muted"), (short_name(names, row.label, LONGEST_NAME), "plain")]
    if row.predicted < 0 or row.label < 0:
        return [("no network has looked at it yet", "muted")]
    right = "wrong" if row.is_wrong else "right"

    def parts(room: int) -> list[Part]:
        return [
            ("predicted ", "muted"), (short_name(names, row.predicted, room), right),
            ("   actual ", "muted"), (short_name(names, row.label, room), "plain"), (f"   {right}", right),
        ]  # fmt: skip

    whole = parts(LONGEST_NAME)
    return whole if sum(cell_len(text) for text, _ in whole) <= width else parts(SHORT_NAME)


def likeliest(digit: InFull, width: int) -> list[Part]:
    """Return `top 3  4 97 %   9 2 %   7 1 %`; where this has no room, with shorter names."""
    shares = sorted(enumerate(map(clamp, digit.probabilities)), key=lambda each: -each[1])[:3]

    def parts(room: int) -> list[Part]:
        top = (f"{short_name(digit.classes, label, room)} {100 * share:.0f} %" for label, share in shares)
        return [("top 3  ", "muted"), ("   ".join(top), "plain")]

    whole = parts(LONGEST_NAME)
    return whole if sum(cell_len(text) for text, _ in whole) <= width else parts(SHORTEST_NAME)


def lines_of(digit: InFull, width: int = USUAL_WIDTH) -> list[list[Part]]:
    row = digit.row
    of = f" of {digit.total:,}" if digit.total else ""
    lines: list[list[Part]] = [[(f"{digit.kind} {row.index:,}{of}", "muted")], verdict_parts(digit, width)]
    if row.loss is not None:
        rank = f", rank {digit.rank:,} of {digit.ranked:,}" if digit.rank else ""
        lines.append([("loss ", "muted"), (f"{row.loss:.3g}", "plain"), (rank, "muted")])
    if row.margin is not None:
        lines.append([("margin ", "muted"), (f"{100 * row.margin:.1f} %", "plain"), (" over the next", "muted")])
    if digit.probabilities:
        lines.append(likeliest(digit, width))
    if digit.note:
        lines.append([(sanitize(digit.note, 200), "plain")])
    if digit.weights:
        weights = digit.weights
        if digit.temperature is not None:  # in one line beside the grid
            weights = f"{weights.removeprefix('weights of ')}, temperature {digit.temperature:.3g}"
        lines.append([(weights, "muted")])
    return lines


def status_line(digit: InFull) -> str:
    """Return the first facts in one line."""
    loss = f"   loss {digit.row.loss:.3g}" if digit.row.loss is not None else ""
    return "   ".join("".join(text for text, _ in line) for line in lines_of(digit)[:2]) + loss
