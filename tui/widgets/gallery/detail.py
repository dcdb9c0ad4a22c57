"""One digit in full: beside the grid, or over the whole pane."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import reactive

from engine.vocabulary.messages import BeliefTold, Digit
from tui.state.class_words import short_name
from tui.state.gallery.in_full import InFull
from tui.widgets.cells import Cells
from tui.widgets.chart import Chart
from tui.widgets.digit import DigitView, verdict
from tui.widgets.digit_art import fit
from tui.widgets.gallery.facts import DigitFacts
from tui.widgets.gallery.nearest import NearestDigits
from tui.widgets.gallery.pixels import PixelLooks, put_pixels
from tui.widgets.gallery.ten import TenProbabilities
from tui.widgets.list_keys import Pane
from tui.widgets.plotting.plot import Line

NOTEWORTHY = 0.05  # a class that was never likelier has no curve
MOST_CURVES = 6
NO_BELIEF = "one curve a class, from the first epoch on"


class LargeDigit(PixelLooks, DigitView):
    """The digit as large as there is room for."""

    def draw(self, cells: Cells) -> None:
        if self.digit is not None and self.art == "pixels" and not self.ascii:
            columns, rows = fit(cells.width, cells.height, "blocks")
            if rows:
                left, top = (cells.width - columns) // 2, (cells.height - rows) // 2
                put_pixels(cells, left, top, self.digit.pixels, columns, rows)
                return
        super().draw(cells)

    def watch_digit(self) -> None:
        super().watch_digit()
        digit = self.digit
        if digit is not None:
            self.border_title = f"#{digit.index:,}"
            answered = digit.predicted >= 0
            self.border_subtitle = verdict(digit, self.ascii, self.names, self.subtitle_room) if answered else ""


class DigitDetail(Pane):
    """Art, words, probabilities, the belief over the epochs, and the nearest training digits."""

    DEFAULT_CSS = """
    DigitDetail {
        height: 1fr;
        scrollbar-size: 1 1;
        #top { layout: horizontal; height: 1fr; min-height: 29; }
        #large { width: 32; height: 1fr; max-height: 18; }
        #facts { width: 1fr; height: 1fr; }
        #words { width: 1fr; height: auto; }
        #belief { width: 1fr; height: 1fr; }
        NearestDigits { width: 1fr; height: 9; }
        &.wide #top { min-height: 22; }
        &.wide #large, &.beside #large { max-height: 100%; }
        &.wide #words { layout: horizontal; height: 11; }
        &.wide DigitFacts { width: 36; height: 11; }
        &.wide TenProbabilities { width: 1fr; }
        &.roomy #large { width: 60; }
        &.beside { width: 38; border-left: solid $panel-lighten-2; }
        &.beside #top { layout: vertical; height: 1fr; min-height: 31; }
        &.beside #large { width: 1fr; height: 14; border: none; }
        &.beside DigitFacts { height: 6; }
        &.beside #belief, &.beside NearestDigits { display: none; }
        &.beside.roomy { width: 68; }
        &.beside.roomy #top { min-height: 36; }
        &.beside.roomy #large { width: 1fr; }
        &.beside.roomy #words { layout: horizontal; height: 11; }
        &.beside.roomy DigitFacts { width: 33; height: 11; }
        &.beside.roomy TenProbabilities { width: 1fr; }
        &.beside.roomy #belief, &.beside.roomy NearestDigits { display: block; }
    }
    """

    digit: reactive[InFull | None] = reactive(None, init=False, repaint=False)

    def compose(self) -> ComposeResult:
        with Container(id="top"):
            yield LargeDigit(id="large")
            with Container(id="facts"):
                with Container(id="words"):
                    yield DigitFacts()
                    yield TenProbabilities()
                yield Chart(id="belief")
        yield NearestDigits()

    @property
    def shows_nearest(self) -> bool:
        return bool(self.display) and bool(self.query_one(NearestDigits).display)

    def watch_digit(self) -> None:
        digit = self.digit
        for each in (self.query_one(DigitFacts), self.query_one(TenProbabilities), self.query_one(NearestDigits)):
            each.digit = digit
        large = self.query_one(LargeDigit)
        if digit is None or not digit.pixels:
            large.digit = None
        else:
            large.names = digit.classes
            large.digit = Digit(
                index=digit.row.index, pixels=digit.pixels, actual=digit.row.label, predicted=digit.row.predicted,
                probabilities=list(digit.probabilities),
            )  # fmt: skip
        if digit is not None:
            chart = self.query_one(Chart)
            belief = digit.belief
            ends = (float(belief.epochs[0]), float(belief.epochs[-1])) if belief is not None and belief.epochs else None
            chart.show(
                curves(belief) if belief is not None else (),
                title="belief over the epochs, a curve a class",
                x_label="epoch",
                y_range=(0.0, 1.0),
                x_range=ends if ends is not None and ends[0] < ends[1] else None,
                percent=True,
                empty=digit.belief_problem or NO_BELIEF,
            )


def curves(belief: BeliefTold) -> list[Line]:
    """Return the probabilities of the classes over the epochs, without those that never were likely."""
    most = [max((each[label] for each in belief.probabilities), default=0.0) for label in range(len(belief.classes))]
    likely = [label for label, share in enumerate(most) if share >= NOTEWORTHY or label == belief.label]
    chosen = sorted(sorted(likely, key=lambda label: -most[label])[:MOST_CURVES])
    return [
        Line(
            name if len(name := short_name(belief.classes, label, 8)) > 1 else "",
            tuple((float(epoch), each[label]) for epoch, each in zip(belief.epochs, belief.probabilities, strict=True)),
            kind=f"run{label % 10}",
            letter=name[:1],
        )
        for label in chosen
    ]
