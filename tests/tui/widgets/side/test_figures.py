"""The figures beside the charts, and on one line."""

import msgspec
import pytest
from fake_engine import epoch_done, started, steps

from engine.vocabulary.messages import GraphsRefused, NetworkCompiled, RunEnded
from tests.tui.state.events import RUN, run_after
from tui.widgets.side.figures import changes, epoch_table, figures, strip_parts
from tui.widgets.side.run_panel import fitting

TOLD = msgspec.structs.replace(steps(20, [2.0, 1.0]), accuracies=[0.25, 0.75], steps=2)


def words(parts: list) -> str:
    return "  ".join("".join(text for text, _ in part) for part in parts)


def test_each_figure_has_its_change_since_the_epoch_before_and_whether_that_is_good() -> None:
    view = run_after(started(), epoch_done(1, accuracy=0.9), epoch_done(2, accuracy=0.8))
    assert changes(view)["Test accuracy"] == ("▼ 10.00", "bad")
    assert changes(view)["Test loss"] == ("▼ 0.4500", "good")
    assert changes(run_after(started(), epoch_done(1))) == {}
    same = run_after(started(), epoch_done(1), msgspec.structs.replace(epoch_done(2), test_loss=0.9))
    assert changes(same)["Test loss"] == ("=", "label")


def test_in_the_first_epoch_the_figures_are_those_of_the_batches() -> None:
    view = run_after(started(), TOLD)
    assert figures(view)[:2] == [("Batch accuracy", "50.00 %", "value"), ("Batch loss", "1.5000", "value")]
    assert words(strip_parts(view)).startswith("epoch 1/10  batch accuracy 50.00 %  batch loss 1.5000  5,000 images/s")


def test_the_line_has_epoch_accuracy_change_best_and_speed() -> None:
    view = run_after(started(), TOLD, epoch_done(1, accuracy=0.9), epoch_done(2, accuracy=0.8))
    assert words(strip_parts(view)) == "epoch 3/10  test 80.00 % ▼ 10.00  best 90.00 % epoch 1  5,000 images/s"
    ended = run_after(started(), TOLD, epoch_done(1), RunEnded(run=RUN, step=40, time=1.0, state="stopped"))
    assert "images/s" not in words(strip_parts(ended))


def test_steps_that_are_no_graphs_say_why_in_the_panel() -> None:
    refused = GraphsRefused(run=RUN, step=4, reason="operation\x1b not permitted when stream is capturing")
    assert "CUDA graphs" not in {label for label, _, _ in figures(run_after(started()))}
    [row] = [row for row in figures(run_after(started(), TOLD, refused)) if row[0] == "CUDA graphs"]
    assert row == ("CUDA graphs", "none: operation� not permitted when str…", "changed")


@pytest.mark.parametrize(("reason", "shown"), [("", "in 19 s"), ("no g++", "no: no g++")])
def test_what_came_of_compiling_is_in_the_panel(reason: str, shown: str) -> None:
    compiled = NetworkCompiled(run=RUN, step=0, seconds=18.9, reason=reason)
    assert ("Compiled", shown, "value") in figures(run_after(started(), compiled))
    assert "Compiled" not in {label for label, _, _ in figures(run_after(started()))}


def test_where_there_is_little_room_the_most_important_rows_and_what_changed_are_left() -> None:
    rows = figures(run_after(started(lr=0.5, dropout=0.3), epoch_done(1), epoch_done(2)))
    kept = fitting(rows, 7)
    assert len(kept) == 7
    assert kept[0][0] == "Test accuracy"
    assert {"Learning rate", "Dropout"} <= {label for label, _, _ in kept}
    assert fitting(rows, 100) == rows
    assert fitting(rows, 0) == []


def test_the_table_has_the_newest_epochs_first() -> None:
    view = run_after(started(), *(epoch_done(i) for i in range(1, 9)))
    table = epoch_table(view, 3)
    assert [line[0].strip() for line in table] == ["epoch", "8", "7", "6"]
