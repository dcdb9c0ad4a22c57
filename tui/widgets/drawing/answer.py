"""What the network takes a drawing for: in a line, as the three likeliest, or all ten with how they moved."""

from collections.abc import Sequence

from rich.cells import cell_len

from tui.state.class_words import short_name
from tui.state.drawing.answers import Trail
from tui.widgets.cells import Cells
from tui.widgets.probabilities import bar, clamp
from tui.widgets.side.sparkline import sparkline, thinned

TEN = 10
FIGURE = 8  # " 100.0 %"
MOST_BAR = 100


def likeliest(probabilities: Sequence[float], predicted: int, count: int) -> list[tuple[int, float]]:
    """Return the most likely classes and their probabilities, the predicted one first."""
    shares = [(label, clamp(share)) for label, share in enumerate(probabilities)]
    return sorted(shares, key=lambda each: (-each[1], each[0] != predicted))[:count]


def put_line(cells: Cells, y: int, names: Sequence[str], probabilities: Sequence[float], predicted: int) -> None:
    """Write the likeliest in one line."""
    x = 0
    for place, (label, share) in enumerate(likeliest(probabilities, predicted, 3)):
        style = "answer" if place == 0 else "muted"
        word = f"{name_of(names, label)} {100 * share:.0f} %"
        if x + len(word) <= cells.width:
            x = cells.put(x, y, word, f"drawing--{style}") + 2


def put_verdict(cells: Cells, y: int, names: Sequence[str], probabilities: Sequence[float], predicted: int) -> None:
    x = cells.put(0, y, "it is taken for ", "drawing--muted")
    share = clamp(probabilities[predicted]) if 0 <= predicted < len(probabilities) else 0.0
    cells.put(x, y, f"{name_of(names, predicted)}  {100 * share:.1f} %", "drawing--answer")


def put_bars(
    cells: Cells, y: int, names: Sequence[str], shares: Sequence[tuple[int, float]], predicted: int, trail: Trail,
    ascii: bool,
) -> None:  # fmt: skip
    """Draw a bar for each of these classes, and right of it how its probability moved while the run trained."""
    wide = max((cell_len(name_of(names, label)) for label, _ in shares), default=1)
    moves = len(trail) > 1 and cells.width >= 2 * (wide + FIGURE) + 20
    room = (cells.width * 3 // 5 if moves else cells.width) - wide - 1 - FIGURE
    width = max(0, min(MOST_BAR, room))
    for row, (label, share) in enumerate(shares, y):
        style = "answer" if label == predicted else "muted"
        cells.put(0, row, name_of(names, label), f"drawing--{style}")
        cells.put(
            wide + 1, row, bar(clamp(share), width, ascii), f"drawing--{'answer' if label == predicted else 'bar'}"
        )
        end = cells.put(wide + 1 + width, row, f"{100 * clamp(share):.1f} %".rjust(FIGURE), f"drawing--{style}")
        if moves:
            left = cells.width - end - 2
            moved = [clamp(answer[label]) for _, answer in trail if label < len(answer)]
            cells.put(end + 2, row, sparkline(thinned(moved, left), left, ascii), "drawing--bar")


def name_of(names: Sequence[str], label: int) -> str:
    return short_name(names, label, 12)
