"""A test digit under the weights of the moment: what it is, what it is taken for, and how sure the network is."""

from rich.cells import cell_len
from textual.reactive import reactive

from engine.vocabulary.messages import Digit
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.state.class_words import short_name, worded
from tui.widgets.cells import Cells
from tui.widgets.digit import DigitDrawing
from tui.widgets.digit_art import draw
from tui.widgets.probabilities import bar, clamp
from tui.widgets.side.sparkline import sparkline, thinned
from tui.widgets.side.trail import Trail

COLUMNS, ROWS = 28, 14  # two pixels a cell
SMALL_COLUMNS, SMALL_ROWS = 14, 7  # eight
CARD = SMALL_ROWS + 2  # lines of a small digit with its caption and a gap
TEN = 11  # lines of the ten probabilities and their heading
MOST_NAME = 8  # columns of the name of a class


class LiveDigit(DigitDrawing):
    """As much as there is room for: the digit, three bars or ten with how they moved, and the next digits."""

    COMPONENT_CLASSES = {"live-digit--bar", "live-digit--rule"}  # noqa: RUF012

    DEFAULT_CSS = """
    LiveDigit {
        height: 15;
        padding: 0 1;
        .live-digit--bar { color: $primary; }
        &:light .live-digit--bar { color: $secondary; }
        .live-digit--rule { color: $text-muted; }
    }
    """

    trails: reactive[tuple[Trail, ...]] = reactive((), init=False, repaint=False)
    """The digit in front, and those that follow it."""

    held: reactive[bool] = reactive(False, init=False, repaint=False)
    """Whether the same digit stays."""

    classes_of: tuple[str, ...] = DIGITS  # the names of the labels

    hint: reactive[str] = reactive("", init=False, repaint=False)
    """A key and what it does, in the heading."""

    def watch_trails(self) -> None:
        self.redraw()

    def watch_held(self) -> None:
        self.redraw()

    def watch_hint(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        if not self.trails:
            cells.put_centered(worded("A test digit comes with the first answer.", self.classes_of), "digit--muted")
            return
        trail = self.trails[0]
        digit = trail.digit
        self._draw_heading(cells, digit)
        below = 2 if cells.height < ROWS + 5 else 4 if cells.height < ROWS + 3 + TEN else TEN + 1
        y = 1 + self._draw_large(cells, digit, cells.height - 1 - below)
        self._draw_verdict(cells, y, digit)
        if below == 2:
            self._draw_three(cells, y + 1, digit, aside=True)
        elif below == 4:
            self._draw_three(cells, y + 1, digit, aside=False)
        else:
            self._draw_ten(cells, y + 2, trail)
            self._draw_others(cells, y + 3 + TEN)

    def _draw_heading(self, cells: Cells, digit: Digit) -> None:
        name = f"test #{digit.index:,}"
        cells.put(0, 0, ("-" if self.ascii else "─") * cells.width, "live-digit--rule")
        cells.put(0, 0, f"{name} ", "digit--muted")
        hint = f" {self.hint}" if self.hint else ""
        if len(name) + len(hint) + 2 <= cells.width:
            cells.put(cells.width - len(hint), 0, hint, "digit--muted")

    def _draw_large(self, cells: Cells, digit: Digit, room: int) -> int:
        """Draw the digit below the heading; return how many rows it takes."""
        lines = art(digit, room, cells.width, self.ascii)
        left = (cells.width - max(map(len, lines), default=0)) // 2
        top = 0 if room >= ROWS + TEN else (room - len(lines)) // 2
        for row, line in enumerate(lines, 1 + max(0, top)):
            cells.put(left, row, line, "digit--ink")
        return ROWS if room >= ROWS + TEN else room

    def _draw_verdict(self, cells: Cells, y: int, digit: Digit) -> None:
        right = digit.predicted == digit.actual
        style = f"digit--{'right' if right else 'wrong'}"
        verdict = "right" if right else "wrong"
        room = max(2, cells.width - len("predicted    actual    ") - len(verdict))
        wide = cell_len(class_name(self.classes_of, digit.actual))
        predicted = short_name(self.classes_of, digit.predicted, max(room // 2, room - wide))
        actual = short_name(self.classes_of, digit.actual, max(1, room - cell_len(predicted)))
        end = cells.put(0, y, "predicted ", "digit--muted")
        end = cells.put(end, y, predicted, style)
        end = cells.put(end, y, "   actual ", "digit--muted")
        end = cells.put(end, y, actual, "digit--ink")
        cells.put(end + 3, y, verdict, style)

    def _draw_three(self, cells: Cells, y: int, digit: Digit, *, aside: bool) -> None:
        """Draw the three most likely digits, one below the other, or beside each other with bars of one scale."""
        three = most_likely(digit, 3)
        if not aside:
            for place, (number, share) in enumerate(three):
                self._draw_bar(cells, 0, y + place, cells.width - 1, number, share, digit)
            return
        figures = [f"{100 * share:.0f} %" for _, share in three]
        names = [short_name(self.classes_of, number, MOST_NAME) for number, _ in three]
        words = sum(cell_len(name) + 2 + len(figure) for name, figure in zip(names, figures, strict=True))
        room = max(0, cells.width - words - 4 * len(three) + 3)  # each bar may take a cell more
        x = 0
        for (number, share), figure, name in zip(three, figures, names, strict=True):
            style = self._answer_style(number, digit)
            x = cells.put(x, y, f"{name} ", style)
            x = cells.put(x, y, bar(share, room, self.ascii), "live-digit--bar")
            x = cells.put(x, y, f" {figure}   ", style)

    def _answer_style(self, number: int, digit: Digit) -> str:
        if number != digit.predicted:
            return "digit--muted"
        return f"digit--{'right' if digit.predicted == digit.actual else 'wrong'}"

    def _draw_bar(self, cells: Cells, x: int, y: int, width: int, number: int, share: float, digit: Digit) -> None:
        figure = f"{100 * share:.0f} %".rjust(5)
        style = self._answer_style(number, digit)
        name = self._name_width
        cells.put(x, y, short_name(self.classes_of, number, name), style)
        cells.put(x + name + 1, y, bar(share, width - 2 - name - len(figure), self.ascii), "live-digit--bar")
        cells.put(x + width - len(figure), y, figure, style)

    @property
    def _name_width(self) -> int:
        """How many columns the names of classes take before their bars."""
        return min(MOST_NAME, max(map(cell_len, self.classes_of)))

    def _draw_ten(self, cells: Cells, y: int, trail: Trail) -> None:
        """Draw all ten, of more classes the likeliest, and at the right how they moved from the first step to now."""
        now = min(22, max(14, cells.width // 2)) + self._name_width - 1
        left = now + 4
        room = max(0, cells.width - left)
        cells.put(0, y, "probability", "digit--muted")
        if len(trail.answers) > 1 and room >= 12:
            first = trail.answers[0][0]
            cells.put(left, y, f"since step {first:,}"[:room], "digit--muted")
        for row, number in enumerate(likeliest(trail.digit, len(self.classes_of)), y + 1):
            share = clamp(trail.digit.probabilities[number]) if number < len(trail.digit.probabilities) else 0.0
            self._draw_bar(cells, 0, row, now, number, share, trail.digit)
            if number == trail.digit.actual:
                cells.put(now + 1, row, "<" if self.ascii else "◂", "digit--right")
            if len(trail.answers) > 1:
                moved = [clamp(answer[number]) for _, answer in trail.answers if number < len(answer)]
                cells.put(left, row, sparkline(thinned(moved, room), room, self.ascii), "live-digit--bar")

    def _draw_others(self, cells: Cells, y: int) -> None:
        """Fill what is left with the digits that follow."""
        across = max(1, (cells.width + 1) // (SMALL_COLUMNS + 1))
        for place, trail in enumerate(self.trails[1:]):
            row, column = divmod(place, across)
            top, left = y + row * CARD, column * (SMALL_COLUMNS + 1)
            if top + CARD - 1 > cells.height:
                return
            digit = trail.digit
            for line_number, line in enumerate(small(digit, self.ascii)):
                cells.put(left, top + line_number, line, "digit--ink")
            right = digit.predicted == digit.actual
            share = max(map(clamp, digit.probabilities), default=0.0)
            arrow = "->" if self.ascii else "→"
            figure = f" {100 * share:.0f} %{'' if right else ' wrong'}"
            if right:
                words = short_name(self.classes_of, digit.actual, SMALL_COLUMNS - len(figure))
            else:
                room = SMALL_COLUMNS - len(figure) - len(arrow)
                if self._name_width > 1 and room < 2 * self._name_width:  # the arrow says that it is wrong
                    room, figure = SMALL_COLUMNS - len(arrow), ""
                half = max(1, room // 2)
                words = arrow.join(
                    short_name(self.classes_of, label, half) for label in (digit.actual, digit.predicted)
                )
            caption = f"{words}{figure}"
            style = f"digit--{'right' if right else 'wrong'}"
            cells.put(left + (SMALL_COLUMNS - cell_len(caption)) // 2, top + SMALL_ROWS, caption, style)


def most_likely(digit: Digit, count: int) -> list[tuple[int, float]]:
    """Return the most likely classes and their probabilities, the predicted one first."""
    shares = [(number, clamp(share)) for number, share in enumerate(digit.probabilities)]
    return sorted(shares, key=lambda each: (-each[1], each[0] != digit.predicted))[:count]


def likeliest(digit: Digit, classes: int) -> list[int]:
    """Return the classes to draw, in their order: of more than ten the most likely."""
    if classes <= TEN - 1:
        return list(range(classes))
    return sorted(number for number, _ in most_likely(digit, TEN - 1)) or list(range(TEN - 1))


def art(digit: Digit, height: int, width: int, ascii: bool) -> list[str]:
    """Return the lines of a digit, 28 by 14 cells where there is room, if need be without its empty margins."""
    if width >= COLUMNS:
        lines = draw(digit.pixels, "ramp" if ascii else "blocks", COLUMNS, ROWS)
        if height >= ROWS:
            return lines
        while lines and not lines[0].strip():
            del lines[0]
        while lines and not lines[-1].strip():
            del lines[-1]
        if len(lines) <= height:
            return lines
    return small(digit, ascii) if height >= SMALL_ROWS and width >= SMALL_COLUMNS else []


def small(digit: Digit, ascii: bool) -> list[str]:
    lines = draw(digit.pixels, "ramp" if ascii else "braille", SMALL_COLUMNS, SMALL_ROWS)
    return [line.replace("\u2800", " ") for line in lines]  # a blank of braille takes three bytes
