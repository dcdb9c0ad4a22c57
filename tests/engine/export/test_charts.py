"""Charts, opened as what they are."""

import io
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from engine.export import charts
from engine.export.charts import plain, shortened
from engine.export.curves import lines_of
from engine.library.runs import Runs
from engine.vocabulary.messages.export_messages import CHARTS
from tests.engine.export.recorded_runs import FIRST, SECOND, TITLE, exported, recorded, refused, request  # noqa: F401

SVG = "{http://www.w3.org/2000/svg}"


def texts(file: Path) -> list[str]:
    return ["".join(each.itertext()).strip() for each in ET.parse(file).iter(f"{SVG}text")]


def test_a_picture_has_the_size_and_the_colours_of_curves(recorded: Path, tmp_path: Path) -> None:
    with Image.open(exported(recorded, "png", tmp_path)) as picture:
        assert picture.size == (1560, 540)
        seen = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert (0xD5, 0x5E, 0x00) in seen  # the test


def test_a_title_from_outside_is_text_and_neither_formula_nor_markup(recorded: Path, tmp_path: Path) -> None:
    assert f"{FIRST} {TITLE}" in texts(exported(recorded, "svg", tmp_path))
    assert plain("a\x1b[31mb\n") == "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}"
    assert len(plain("x" * 500)) == 60


def test_several_runs_are_in_one_chart_with_their_names(recorded: Path, tmp_path: Path) -> None:
    file = exported(recorded, "svg", tmp_path, FIRST, SECOND, chart="loss", axis="time")
    assert {f"{FIRST} {TITLE}", SECOND, "train", "validation", "test", "loss (nats per image)"} <= set(texts(file))
    assert file.name == "0001-seed-cnn-and-1-more-loss.svg"


@pytest.mark.parametrize("chart", ["loss", "curves"])
def test_the_longest_names_stay_inside_the_picture(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chart: str
) -> None:
    words = "the quick brown fox jumps over the lazy dog while the network learns"
    monkeypatch.setattr(charts, "title_of", lambda run, longest: plain(f"{run.name} {words}", min(longest, 60)))
    figure = Figure(layout="constrained")
    runs = [Runs(recorded)[name] for name in (FIRST, SECOND)]
    charts.draw_curves(figure, request(recorded, "png", tmp_path, FIRST, SECOND, chart=chart), runs, [])
    figure.savefig(io.BytesIO(), dpi=charts.DPI)
    [legend] = figure.legends
    drawn = legend.get_window_extent()
    assert drawn.x0 >= 0
    assert drawn.x1 <= figure.bbox.x1


def test_the_confusion_has_its_counts(recorded: Path, tmp_path: Path) -> None:
    shown = texts(exported(recorded, "svg", tmp_path, chart="confusion"))
    counts = Runs(recorded)[FIRST].confusion()
    assert counts.sum() == 100
    cells = Counter(map(str, counts[counts > 0]))
    axes = Counter(2 * [str(digit) for digit in range(10)])
    assert Counter(text for text in shown if text.isdecimal()) == cells + axes
    assert "2 are named" in refused(recorded, "svg", tmp_path, FIRST, SECOND, chart="confusion")


def test_a_pdf_is_one_page_with_its_fonts(recorded: Path, tmp_path: Path) -> None:
    content = exported(recorded, "pdf", tmp_path, chart="lr").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert content.count(b"/Type /Page ") == 1
    assert b"/FontFile2" in content


@pytest.mark.parametrize("format", ["svg", "pdf"])
def test_the_same_run_gives_the_same_bytes(recorded: Path, tmp_path: Path, format: str) -> None:
    one, other = (
        exported(recorded, format, tmp_path, chart="lr", output=str(tmp_path / f"{name}.{format}")) for name in "ab"
    )
    assert one.read_bytes() == other.read_bytes()


def test_lines_lie_where_their_steps_are_on_each_axis(recorded: Path) -> None:
    run = Runs(recorded)[FIRST]
    history = run.history
    for axis, end in (("epochs", 3.0), ("steps", float(run.epochs["step"][-1]))):
        lines = {line.part: line for line in lines_of(history, "accuracy", axis)}
        assert list(lines) == ["train", "validation", "test"]
        assert lines["test"].x[-1] == lines["train"].x[-1] == end
        assert lines["test"].y[-1] == 100 * run.epochs["test_accuracy"][-1]
    seconds = {line.part: line.x for line in lines_of(history, "loss", "time")}
    taken = run.epochs["seconds"] + run.epochs["test_seconds"]
    assert np.allclose(seconds["test"], np.cumsum(taken))
    assert (np.diff(seconds["train"]) > 0).all()
    [rate] = lines_of(history, "lr", "steps")
    assert set(rate.y) == {0.001, 0.002}
    assert set(CHARTS) >= {"curves", "loss", "accuracy", "lr", "confusion"}


def test_long_names_of_classes_leave_the_room_to_the_matrix() -> None:
    assert [shortened(name) for name in ("T-shirt/top", "x" * 38 + " y")] == ["T-shirt/top", "xxxxxxxxxxxx…xxx y"]
