"""How sure the network is of each digit: ten bars."""

import math
from collections.abc import Sequence

from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.widgets.cells import Cells, CellWidget

EIGHTHS = " ▏▎▍▌▋▊▉█"
FIGURE_WIDTH = 8  # " 100.0 %"
MOST_BAR = 60


class Probabilities(CellWidget):
    """One row a digit: the bar, the percentage, and a sign at the digit that it is."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "probabilities--bar",
        "probabilities--figure",
        "probabilities--predicted",
        "probabilities--actual",
    }

    DEFAULT_CSS = """
    Probabilities {
        height: 10;
        min-width: 20;
        padding: 0 1;
        .probabilities--bar { color: $primary; }
        .probabilities--figure { color: $text-muted; }
        .probabilities--predicted { color: $text-accent; text-style: bold; }
        .probabilities--actual { color: $success; text-style: bold; }
        &:light .probabilities--actual { color: $text-success; }
        &:light .probabilities--bar { color: $secondary; }
    }
    """

    answer: reactive[tuple[tuple[float, ...], int, int]] = reactive(((), -1, -1), init=False, repaint=False)
    """Probabilities of the classes, the predicted class, and the actual one (-1 where not known)."""

    names: tuple[str, ...] = DIGITS

    def show(self, probabilities: Sequence[float], *, predicted: int = -1, actual: int = -1) -> None:
        """Show an answer of the network."""
        self.answer = tuple(probabilities), predicted, actual

    def watch_answer(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        probabilities, predicted, actual = self.answer
        sign = "< actual" if self.ascii else "◂ actual"
        room = cells.width - 2 - FIGURE_WIDTH
        if room - len(sign) - 1 < 4:
            sign = sign[0]
        bar_width = min(MOST_BAR, room - len(sign) - 1)
        for digit, name in enumerate(self.names[: cells.height]):
            style = "predicted" if digit == predicted else "figure"
            cells.put(0, digit, name[:1], f"probabilities--{'actual' if digit == actual else style}")
            if digit >= len(probabilities):
                continue
            share = clamp(probabilities[digit])
            cells.put(
                2,
                digit,
                bar(share, bar_width, self.ascii),
                f"probabilities--{'predicted' if digit == predicted else 'bar'}",
            )
            figure = f"{100 * share:.1f} %".rjust(FIGURE_WIDTH)
            end = cells.put(2 + bar_width, digit, figure, f"probabilities--{style}")
            if digit == actual:
                cells.put(end + 1, digit, sign, "probabilities--actual")


def clamp(share: float) -> float:
    """Return a share between 0 and 1; what is no number is 0."""
    return min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0


def bar(share: float, width: int, ascii: bool = False) -> str:
    """Return a bar of a share of `width` cells, to an eighth of a cell where the terminal can."""
    if ascii:
        return "#" * round(share * width)
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
