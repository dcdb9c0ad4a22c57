"""Beside the canvas: what the network sees of it, what it takes it for, why, and by which weights."""

import textwrap
from dataclasses import dataclass

from textual.reactive import reactive

from engine.vocabulary.messages import DrawingClassified, Explained, unpack_floats
from tui.state.drawing.answers import Trail
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.drawing.answer import TEN, likeliest, name_of, put_bars, put_line, put_verdict
from tui.widgets.drawing.pictures import put_heat, put_picture, size_within

GAP = 2  # columns between two pictures
METHODS = {"integrated": "integrated gradients", "gradient": "gradient times input", "occlusion": "occlusion"}


@dataclass(frozen=True)
class Seen:
    """What is shown. Without an answer, `words` say what to do; `notes` stand below, the first ones where not all fit.
    `problem` is why a question was refused."""

    answer: DrawingClassified | None = None
    trail: Trail = ()
    explained: Explained | None = None
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    why: bool = False  # the heat is wanted: where there is no room beside the picture, in its place
    keys: tuple[tuple[str, str, str], ...] = ()  # what they do, in a word and a sentence: where there is no answer yet


class SeenPane(CellWidget):
    """Draws a Seen; what has no room is left out, the least important first."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        *("drawing--ink", "drawing--muted", "drawing--answer", "drawing--bar"),
        *("drawing--for", "drawing--against", "drawing--problem", "drawing--words"),
    }

    DEFAULT_CSS = """
    SeenPane {
        width: 1fr;
        height: 1fr;
        min-width: 20;
        .drawing--ink { color: $foreground; }
        .drawing--words { color: $foreground; }
        .drawing--muted { color: $text-muted; }
        .drawing--answer { color: $text-accent; text-style: bold; }
        .drawing--bar { color: $primary; }
        &:light .drawing--bar { color: $secondary; }
        .drawing--for { color: $text-error; text-style: bold; }
        .drawing--against { color: $text-primary; }
        .drawing--problem { color: $text-error; }
    }
    """

    seen: reactive[Seen] = reactive(Seen(), init=False, repaint=False)
    """What is shown."""

    def watch_seen(self) -> None:
        self.redraw()

    @property
    def has_room_for_both(self) -> bool:
        """Whether the picture and the heat stand beside each other."""
        return self.size.width >= 2 * 28 + GAP and self.size.height >= 14

    def draw(self, cells: Cells) -> None:
        seen, height = self.seen, cells.height
        if seen.answer is None or not seen.answer.pixels:
            self._draw_words(cells)
            return
        notes = self._notes(cells.width)
        ten = len(seen.answer.probabilities) <= TEN and height >= 14 + 2 + TEN + 2
        short = height < 1 + 14 + 1 + 3 + 1
        least = 1 if short else 1 + (TEN if ten else 3)
        caption = 0 if short else 1
        both = seen.why and self.has_room_for_both
        room = (cells.width - GAP) // 2 if both else cells.width
        forced = len(notes[0]) if seen.problem else 0
        noted = min(sum(map(len, notes)), max(forced, height - 14 - least - 2 * caption))
        columns, rows = size_within(room, height - least - noted - caption)
        y = self._draw_pictures(cells, columns, rows, caption, both=both)
        if rows and height - y - least > noted:
            y += 1
        self._draw_answer(cells, y, short=short, ten=ten)
        y += least
        if height - y > sum(map(len, notes)):
            y += 1
        for note in notes:
            if y + len(note) <= height:  # a part of one would say something else
                for style, line in note:
                    cells.put(0, y, line, style)
                    y += 1

    def _draw_answer(self, cells: Cells, y: int, *, short: bool, ten: bool) -> None:
        answer = self.seen.answer
        assert answer is not None
        names, probabilities, predicted = answer.classes, answer.probabilities, answer.predicted
        if short:
            put_line(cells, y, names, probabilities, predicted)
            return
        put_verdict(cells, y, names, probabilities, predicted)
        shares = list(enumerate(probabilities)) if ten else likeliest(probabilities, predicted, 3)
        put_bars(cells, y + 1, names, shares, predicted, self.seen.trail, self.ascii)

    def _draw_pictures(self, cells: Cells, columns: int, rows: int, caption: int, *, both: bool) -> int:
        """Draw the picture, the heat, or one beside the other; return the row below."""
        seen = self.seen
        assert seen.answer is not None
        if not rows:
            return 0
        heat = seen.explained if seen.why else None
        if both or heat is None:
            if caption:
                cells.put(0, 0, "what the network sees", "drawing--muted")
            put_picture(cells, 0, caption, seen.answer.pixels, columns, rows, self.ascii)
        left = columns + GAP if both else 0
        if both and heat is None and caption:
            cells.put(left, 0, "why: once the pen is up"[:columns], "drawing--muted")
        if heat is not None:
            if caption:
                words = f"why {name_of(seen.answer.classes, heat.label)}: {METHODS[heat.method]}"
                cells.put(left, 0, words, "drawing--muted")
            put_heat(cells, left, caption, unpack_floats(heat.heat), columns, rows)
        return caption + rows

    def _draw_words(self, cells: Cells) -> None:
        """Say what to do, and what there is."""
        y = 0
        seen = self.seen
        for style, words in (
            *[("problem", seen.problem)] * bool(seen.problem),
            *(("words", words) for words in seen.words),
            *(("muted", note) for note in seen.notes),
        ):
            for line in wrapped(words, cells.width):
                cells.put(0, y, line, f"drawing--{style}")
                y += 1
            y += 1
        wide = max((len(key) for key, _, _ in seen.keys), default=0) + 2
        helped = [wrapped(help, cells.width - wide) for _, _, help in seen.keys]
        if y + sum(map(len, helped)) > cells.height:
            helped = [[label] for _, label, _ in seen.keys]
        for (key, _, _), lines in zip(seen.keys, helped, strict=True):
            cells.put(0, y, key, "drawing--answer")
            for line in lines:
                cells.put(wide, y, line, "drawing--muted")
                y += 1

    def _notes(self, width: int) -> list[list[tuple[str, str]]]:
        """Return the lines of each note with their styles, a problem first."""
        seen = self.seen
        notes = [("drawing--problem", seen.problem)] if seen.problem else []
        notes += [("drawing--muted", note) for note in seen.notes]
        return [[(style, line) for line in wrapped(note, width)] for style, note in notes]


def wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, max(1, width)) or [""]
