"""Charts on a screen of their own, and what they show."""

import math

from textual.app import App, ComposeResult

from tui.widgets.chart import Chart

LOSS = [(i / 10, 2.0 * math.exp(-i / 20) + 0.1) for i in range(100)]


class Screenful(App[None]):
    CSS = "Screen { layout: vertical; } Chart { height: 1fr; }"

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        for i in range(self.count):
            yield Chart(id=f"chart{i}")

    def chart(self, i: int = 0) -> Chart:
        return self.query_one(f"#chart{i}", Chart)


def text(chart: Chart) -> list[str]:
    return [chart.render_line(y).text for y in range(chart.size.height)]


def dotted(rows: list[str]) -> bool:
    return any("⠀" < character <= "⣿" for row in rows for character in row)
