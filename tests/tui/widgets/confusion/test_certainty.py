"""Calibration and robustness in words, and how they are drawn."""

import msgspec
import pytest
from textual.app import App, ComposeResult

from engine.vocabulary.messages.certainty_messages import CORRUPTION_NAMES, Calibration, ReliabilityBin
from tests.tui.widgets.confusion.told import calibrated, calibration, robustness
from tui.state.confusion.certainty_words import (
    detail_table,
    figures_table,
    mean_accuracy,
    means_table,
    rejection_words,
    sureness_words,
    temperature_words,
)
from tui.widgets.certainty.corruption_chart import lowest
from tui.widgets.certainty.corruption_grid import CorruptionGrid
from tui.widgets.certainty.reliability import ReliabilityDiagram


def text(widget) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


class Screenful(App[None]):
    def __init__(self, widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def test_images_that_are_left_to_a_person_and_mistakes_among_them_add_up() -> None:
    found = calibrated("r")
    at = msgspec.structs.replace(found.rejections[0], threshold=0.5, answered=900, coverage=0.9, accuracy=890 / 900)
    words = rejection_words(found, at)
    assert (
        "answers 900 of 1,000 images, 10 of them wrong, and leaves 100 to a person, of which it has 13 wrong." in words
    )


def test_where_nothing_is_answered_all_is_left() -> None:
    found = calibrated("r")
    at = msgspec.structs.replace(found.rejections[0], answered=0, coverage=0.0, accuracy=None)
    assert "answers 0 of 1,000 images, 0 of them wrong, and leaves 1,000" in rejection_words(found, at)


@pytest.mark.parametrize(("sure", "said"), [(0.977, "about as sure"), (0.999, "surer than"), (0.9, "less sure than")])
def test_how_sure_a_run_is_is_told_against_how_right_it_is(sure: float, said: str) -> None:
    found = calibrated("r", temperature=None)
    before = msgspec.structs.replace(found.before, confidence=sure)
    assert said in sureness_words(msgspec.structs.replace(found, before=before))


def test_without_a_temperature_there_is_one_column_and_the_reason() -> None:
    found = calibrated("r", temperature=None)
    assert figures_table(found)[0].split() == ["as", "it", "says"]
    assert "--validation 0.1" in temperature_words(found)
    assert len({len(line) for line in figures_table(calibrated("r"))}) == 1


def test_means_are_over_strengths_and_the_worst_come_first() -> None:
    found = robustness(["a", "b"])
    rows = [row for row in found.rows if row.corruption == "shift"]
    assert mean_accuracy(rows, 1, 1000) == pytest.approx(sum(row.right[1] for row in rows) / 5000)
    lines = means_table(found, ["a", "b"])
    values = [float(line.split()[1]) for line in lines[1:]]
    assert len(values) == len(CORRUPTION_NAMES)
    assert values == sorted(values)
    assert [line.split()[0] for line in detail_table(found, "shift", ["a", "b"], 60)[2:]] == [
        "untouched", "1", "2", "3", "4", "5", "mean",
    ]  # fmt: skip


def test_the_scale_of_all_charts_begins_at_a_multiple_of_ten_percent() -> None:
    found = robustness(["a"])
    rows = [msgspec.structs.replace(row, right=[523]) for row in found.rows]
    assert lowest(msgspec.structs.replace(found, rows=rows)) == 0.5
    assert lowest(msgspec.structs.replace(found, rows=[], clean=[999])) == 0.9


def bins(*pairs: tuple[float, float]) -> Calibration:
    found = [ReliabilityBin(images=100, lowest=c, highest=c, confidence=c, accuracy=a) for c, a in pairs]
    return msgspec.structs.replace(calibration(1.0), bins=found)


async def test_a_bin_in_which_all_are_right_is_an_arrow_at_the_edge_and_no_point() -> None:
    diagram = ReliabilityDiagram()
    async with Screenful(diagram).run_test(size=(80, 30)):
        diagram.measured = calibrated("r", None)
        diagram.measured = msgspec.structs.replace(calibrated("r", None), before=bins((0.9, 0.9), (0.99, 1.0)))
        rows = text(diagram)[2:]
    assert "▴" in rows[0]
    assert sum(row.count("○") for row in rows) == 1
    assert sum(row.count("▴") for row in rows) == 1


async def test_a_bin_as_sure_as_right_lies_on_the_diagonal() -> None:
    diagram = ReliabilityDiagram()
    async with Screenful(diagram).run_test(size=(80, 30)):
        diagram.measured = msgspec.structs.replace(calibrated("r", None), before=bins((0.6, 0.6), (0.97, 0.97)))
        rows = text(diagram)
    y = next(i for i, row in enumerate(rows[2:], 2) if "○" in row)
    at = rows[y].index("○")
    nearby = [row[x : x + 1] for row in rows[y - 1 : y + 2] for x in range(at - 4, at + 5)]
    assert any("\u2800" < character <= "\u28ff" for character in nearby)


@pytest.mark.parametrize("size", [(18, 5), (44, 12), (80, 30), (140, 60)])
async def test_in_ascii_and_at_any_size_diagram_and_charts_hold_nothing_but_ascii(size: tuple[int, int]) -> None:
    for widget, measured in ((ReliabilityDiagram(), calibrated("r")), (CorruptionGrid(), robustness(["r", "s"]))):
        async with Screenful(widget).run_test(size=size):
            widget.ascii = True
            if isinstance(widget, CorruptionGrid):
                widget.letters = (("a", "run--0"), ("b", "run--1"))
            widget.measured = measured
            assert all(row.isascii() for row in text(widget))
