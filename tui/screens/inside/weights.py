"""Weights and activations of each layer in numbers; dead units."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from engine.vocabulary.messages import LayersMeasured, MeasureLayers
from tui.screens.inside.view import InsideView, Subject, weights_words
from tui.state.inside import Inside, Question
from tui.widgets.inside.layer_figures import FiguresTable, LayerHistograms


class WeightsView(InsideView):
    """A table of the layers, and the histograms of one."""

    DEFAULT_CSS = """
    WeightsView { layout: vertical; }
    """

    def __init__(self) -> None:
        super().__init__(id="weights")
        self._digits = 0

    def compose(self) -> ComposeResult:
        yield FiguresTable()
        yield LayerHistograms()

    @property
    def first(self) -> Widget:
        return self.query_one(FiguresTable)

    @property
    def asks_for(self) -> str:
        return "Measuring weights and activations ..."

    def wanted(self, subject: Subject) -> Iterator[Question]:
        yield MeasureLayers(run=subject.run)

    def show(self, inside: Inside, subject: Subject) -> str:
        answer = inside.answer_to(MeasureLayers(run=subject.run), subject.run)
        if not isinstance(answer, LayersMeasured):
            return ""
        self._digits = answer.digits
        self.query_one(LayerHistograms).thing = subject.thing
        self.query_one(FiguresTable).rows = tuple(answer.layers)
        self.look()
        units = sum(layer.units or 0 for layer in answer.layers)
        dead = sum(layer.dead or 0 for layer in answer.layers)
        found = f"{dead:,} of {units:,} units dead" if units else "no ReLUs"
        more = f", {answer.more:,} more layers are left out" if answer.more else ""
        words = f"{len(answer.layers)} layers over {answer.digits:,} test {subject.thing}s, {found}{more}"
        return f"{words}   {weights_words(subject.run, answer.step)}"

    def clear(self) -> None:
        self.query_one(FiguresTable).rows = ()
        self.query_one(LayerHistograms).facts = None, 0

    @on(FiguresTable.Moved)
    def look(self) -> None:
        self.query_one(LayerHistograms).facts = self.query_one(FiguresTable).chosen, self._digits
