"""Filters of the first layer, and what each layer makes of a digit."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from engine.vocabulary.messages import MOST_MAPS, FiltersShown, LayersShown, Maps, ShowFilters, ShowLayers
from tui.screens.inside.view import InsideView, Subject, digit_lines, digit_words, weights_words
from tui.state.inside import Inside, Question
from tui.widgets.inside.layer_grid import LayerGrid, MapDetail
from tui.widgets.inside.layer_strips import LayerStrips, Strip, filters_strip, layer_strip

PAGE = 8  # layers that are asked for at once
FIRST_MAPS = 24  # of each layer, below each other


class LayersView(InsideView):
    """Layers below each other, or one of them with all its maps."""

    DEFAULT_CSS = """
    LayersView {
        LayerGrid { display: none; }
        &.one LayerGrid { display: block; }
        &.one LayerStrips { display: none; }
        MapDetail { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="layers")
        self._number = 0  # of the layer that is shown alone
        self._ends: dict[int, int] = {}  # of the parts that layers came in, by their first layers
        self._total = 0
        self._facts: tuple[bytes, tuple[str, ...]] = b"", ()  # of the digit

    def compose(self) -> ComposeResult:
        yield LayerStrips()
        yield LayerGrid()
        yield MapDetail()

    @property
    def alone(self) -> bool:
        """Whether one layer is shown."""
        return self.has_class("one")

    @property
    def first(self) -> Widget:
        return self.query_one(LayerGrid) if self.alone else self.query_one(LayerStrips)

    def wanted(self, subject: Subject) -> Iterator[Question]:
        yield self._filters(subject)
        strips = self.query_one(LayerStrips)
        in_sight = [max(0, place - 1) for place in strips.in_sight]  # the first strip is that of the filters
        start = in_sight[0] // PAGE * PAGE
        while start <= in_sight[-1]:  # an answer may have fewer layers than were asked for
            yield self._layers(subject, start)
            start = self._ends.get(start, start + PAGE)
        if self.alone:
            for first in self.query_one(LayerGrid).parts_in_sight:
                yield self._part(subject, first)
        ahead = in_sight[-1] + len(in_sight)
        if ahead < self._total:
            yield self._layers(subject, ahead // PAGE * PAGE)

    def _filters(self, subject: Subject) -> ShowFilters:
        return ShowFilters(run=subject.run)

    def _layers(self, subject: Subject, start: int) -> ShowLayers:
        return ShowLayers(picture=subject.picture, start=start, count=PAGE, maps=FIRST_MAPS, run=subject.run)

    def _part(self, subject: Subject, first: int) -> Question:
        if self._number < 0:
            return ShowFilters(first=first, run=subject.run)
        return ShowLayers(
            picture=subject.picture, start=self._number, count=1, maps=MOST_MAPS, first=first, run=subject.run
        )

    def show(self, inside: Inside, subject: Subject) -> str:
        strips = self.query_one(LayerStrips)
        known: dict[int, Strip] = {}
        filters = inside.answer_to(self._filters(subject), subject.run)
        if isinstance(filters, FiltersShown):
            known[-1] = filters_strip(filters)
        answers = layers_told(inside, subject.run)
        self._ends = {}
        told = next((each for each in answers if each[0] == subject.index), next(iter(answers), None))
        for index, answer in answers:
            if told is not None and index == told[0]:
                for number, layer in enumerate(answer.layers, answer.start):
                    known.setdefault(number, layer_strip(number, layer))
            if index == subject.index and answer.layers:
                self._ends.setdefault(answer.start, answer.start + len(answer.layers))
        if told is None:
            self._total = 0
            strips.strips = (known[-1],) if -1 in known else ()
            return weights_words(subject.run, filters.step) if isinstance(filters, FiltersShown) else ""
        self._total = told[1].layers_in_all
        strips.strips = tuple(known.get(number) for number in range(-1, self._total))
        self._show_one(inside, subject, known.get(self._number))
        words = digit_words(told[0], told[1].actual, told[1].predicted, subject)
        lines = digit_lines(told[0], told[1].actual, told[1].predicted, subject)
        self._facts = told[1].pixels, lines
        self._show_detail()
        return f"{words}   {weights_words(subject.run, told[1].step)}"

    def _show_one(self, inside: Inside, subject: Subject, strip: Strip | None) -> None:
        parts: dict[int, Maps] = {}
        for first in self.query_one(LayerGrid).parts_in_sight:
            answer = inside.answer_to(self._part(subject, first), subject.run)
            if isinstance(answer, FiltersShown):
                parts[first] = answer.maps
            elif isinstance(answer, LayersShown) and answer.layers and answer.layers[0].maps is not None:
                parts[first] = answer.layers[0].maps
        if not parts and strip is not None and strip.maps is not None:
            parts[0] = strip.maps
        self.query_one(LayerGrid).shown = strip, parts

    def _show_detail(self) -> None:
        strips, grid = self.query_one(LayerStrips), self.query_one(LayerGrid)
        if self.alone:
            found = grid.map_at(grid.cursor)
            strip, maps, place = grid.strip, found[0] if found else None, found[1] if found else 0
        else:
            strip, place = strips.chosen, strips.cursor[1]
            maps = strip.maps if strip is not None and strip.maps is not None and place < strip.maps.shown else None
        self.query_one(MapDetail).facts = (strip, maps, place, *self._facts)

    @on(LayerStrips.Moved)
    @on(LayerGrid.Moved)
    def look(self) -> None:
        self._show_detail()
        self.post_message(self.Changed())

    @on(LayerStrips.Opened)
    def open_layer(self, event: LayerStrips.Opened) -> None:
        self._number = event.strip.number
        self.query_one(LayerGrid).shown = event.strip, {0: event.strip.maps} if event.strip.maps is not None else {}
        self.query_one(LayerGrid).cursor = self.query_one(LayerStrips).cursor[1]
        self.add_class("one")
        self.first.focus()
        self.look()

    @property
    def is_within(self) -> bool:
        return self.alone

    def close(self) -> None:
        self.remove_class("one")
        self.first.focus()
        self.look()


def layers_told(inside: Inside, run: str) -> list[tuple[int, LayersShown]]:
    """Return the answers that have the first maps of layers, the newest first, each with the number of its digit."""
    return [
        (exchange.question.picture.index, exchange.answer)
        for exchange in inside.answers(LayersShown, run)
        if isinstance(exchange.answer, LayersShown)
        and isinstance(exchange.question, ShowLayers)
        and exchange.question.maps == FIRST_MAPS
    ]
