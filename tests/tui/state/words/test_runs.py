"""The list of runs in a terminal of any width, and in a pipe."""

import pytest
from fake_engine import RUN
from rich.cells import cell_len

from engine.vocabulary.messages import MNIST_FINGERPRINT, RunSummary
from tui.state.words.runs import RUN_COLUMNS, run_row, table_lines

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


def summary(**more: object) -> RunSummary:
    base: dict[str, object] = {
        "run": RUN, "state": "finished", "started": 1.7e9, "model": "seed-cnn", "epoch": 3, "epochs": 10,
        "sample": True,
    }  # fmt: skip
    return RunSummary(**{**base, **more})  # type: ignore[arg-type]


def test_a_run_in_a_row_of_the_list() -> None:
    run = summary(test_accuracy=0.5, test_loss=1.25, changes={"lr": 0.01, "seed": 3})
    row = dict(zip(RUN_COLUMNS, run_row(run), strict=True))
    assert row["changed"] == "lr 0.01, seed 3"
    assert (row["run"], row["state"], row["epochs"]) == (RUN, "finished", "3/10")
    assert (row["accuracy"], row["loss"], row["data"]) == ("50.00 %", "1.2500", "sample")
    assert row["started"].startswith("2023-11-")


@pytest.mark.parametrize(
    ("sample", "data", "word"),
    [(True, "1" * 16, "sample"), (False, MNIST_FINGERPRINT, "full"), (False, "1" * 16, "own"), (False, "", "full")],
)
def test_own_data_is_not_called_the_full_mnist(sample: bool, data: str, word: str) -> None:
    row = dict(zip(RUN_COLUMNS, run_row(summary(sample=sample, data=data)), strict=True))
    assert row["data"] == word


def test_a_row_without_figures_has_dashes_and_no_control_characters() -> None:
    row = run_row(summary(run="0001\x1b[2J", state="\x1b]0;x\x07", started=0, sample=False))
    assert row[3:5] == ("-", "-")
    assert row[5:] == ("full", "", "-")
    assert "\x1b" not in "".join(row)
