"""The list of runs in a terminal of any width, and in a pipe."""

import pytest
from rich.cells import cell_len

from engine.vocabulary.messages import RunSummary
from tui.state.words.events import RUN_COLUMNS, run_row
from tui.state.words.run_table import table_lines

NAME = "0004-seed-cnn"
CHANGES = {"optimizer": "adamw", "lr": 0.003, "weight_decay": 0.01, "dropout": 0.2, "label_smoothing": 0.1, "seed": 7}
RUNS = [
    RunSummary(
        run=name, state="interrupted", started=1.7e9, model="seed-cnn", epoch=100, epochs=100, sample=True,
        test_accuracy=0.9876, test_loss=0.0456, changes=CHANGES,
    ) for name in (NAME, "0003-a-network-with-a-name-of-forty-characters-and-more")
]  # fmt: skip


@pytest.mark.parametrize("room", [20, 40, 60, 80, 100, 120, 160, 200])
def test_a_run_is_one_line_and_no_name_is_cut(room: int) -> None:
    lines = table_lines([run_row(run) for run in RUNS], room)
    assert len(lines) == 1 + len(RUNS)
    for run, line in zip(RUNS, lines[1:], strict=True):
        assert line.startswith(run.run)
        assert cell_len(line) <= max(room, len(run.run))


def test_at_eighty_columns_state_and_accuracy_are_there() -> None:
    line = table_lines([run_row(RUNS[0])], 80)[1]
    assert "interrupted" in line
    assert "98.76 %" in line
    assert "optimizer adamw" in line


def test_a_pipe_gets_everything() -> None:
    head, line = table_lines([run_row(RUNS[0])], None)
    assert all(column in head for column in RUN_COLUMNS)
    assert "label_smoothing 0.1, seed 7" in line
