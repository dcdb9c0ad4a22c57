"""A confusion matrix of many classes: a square for each pair, darker the more often it occurs. Pure."""

from collections.abc import Sequence

from tui.report.drawing.picture import picture
from tui.report.markup import Safe, el
from tui.state.confusion.figures import Counts, most_mistaken

SIDE = 420.0
LEFT, TOP = 74.0, 16.0
LONGEST_NAME = 10


def draw_matrix(counts: Counts, names: Sequence[str]) -> Safe:
    """Return the squares of all pairs that occur; a pointer shows how often."""
    size = SIDE / max(1, len(counts))
    most = most_mistaken(counts) or 1
    every = max(1, round(12 / size))  # of the names has room
    parts: list[Safe] = [el("rect", class_="empty", x=LEFT, y=TOP, width=SIDE, height=SIDE)]
    for i, row in enumerate(counts):
        if not i % every:
            name = names[i] if len(names[i]) <= LONGEST_NAME else names[i][: LONGEST_NAME - 1] + "…"
            y = TOP + (i + 0.5) * size + 3.5
            parts.append(el("text", name, class_="tick", x=LEFT - 5, y=y, text_anchor="end"))
        for j, count in enumerate(row):
            if count:
                shade = 1.0 if i == j else 0.25 + 0.75 * count / most
                said = el("title", f"{names[i]} taken for {names[j]}: {count:,}")
                parts.append(
                    el(
                        "rect", said, class_="right" if i == j else "heat", x=LEFT + j * size, y=TOP + i * size,
                        width=size, height=size, fill_opacity=None if i == j else f"{shade:.2f}",
                    )
                )  # fmt: skip
    parts.append(el("text", "predicted", class_="name", x=LEFT + SIDE / 2, y=TOP - 5, text_anchor="middle"))
    parts.append(el("text", "actual", class_="name", x=LEFT - 5, y=TOP - 5, text_anchor="end"))
    return picture(parts, width=LEFT + SIDE + 4, height=TOP + SIDE + 4)
