"""Histories as tables, each read back by what reads such files."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas
import pyarrow.parquet
import pytest

from engine.export.answer import export
from engine.export.tables import as_csv
from engine.library.runs import Runs
from engine.library.table import Table
from engine.storage.runs.event_log import EVENTS
from engine.vocabulary.messages.export_messages import TABLES
from tests.engine.export.recorded_runs import FIRST, SECOND, exported, recorded, refused, request  # noqa: F401


def same(told: pandas.DataFrame, known: Table) -> bool:
    pandas.testing.assert_frame_equal(told, known.to_pandas(), check_dtype=False)
    return True


@pytest.mark.parametrize("name", ["epochs", "steps", "confusion", "changes"])
def test_a_table_comes_back_from_each_format_as_it_was(recorded: Path, tmp_path: Path, name: str) -> None:
    runs = [FIRST] if name == "changes" else [FIRST, SECOND]
    known = Table.joined({run: getattr(Runs(recorded)[run].history, name) for run in runs})
    assert known.rows > 0
    text = {"actual": str, "predicted": str, "value": str}
    assert same(pandas.read_csv(exported(recorded, "csv", tmp_path, *runs, table=name), dtype=text), known)
    assert same(pandas.read_parquet(exported(recorded, "parquet", tmp_path, *runs, table=name)), known)
    lines = exported(recorded, "jsonl", tmp_path, *runs, table=name).read_text().splitlines()
    assert [json.loads(line) for line in lines] == list(known.records())


def test_what_is_not_known_is_an_empty_cell_a_null_and_in_no_row_nan(recorded: Path, tmp_path: Path) -> None:
    file = exported(recorded, "csv", tmp_path, SECOND)
    [row] = csv.DictReader(file.open())
    assert (row["run"], row["validation_loss"], row["epoch"]) == (SECOND, "", "1")
    column = pyarrow.parquet.read_table(exported(recorded, "parquet", tmp_path, SECOND))["validation_loss"]
    assert column.null_count == 1
    assert "NaN" not in exported(recorded, "jsonl", tmp_path, SECOND).read_text()


def test_parquet_has_types_and_the_configuration(recorded: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(exported(recorded, "parquet", tmp_path, table="steps"))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["run"], kinds["step"], kinds["loss"]) == ("string", "int64", "double")
    about = json.loads(table.schema.metadata[b"mnist_tui"])
    assert about["configs"][FIRST]["ema"] == 0.5


def test_the_table_of_runs_has_a_row_each_with_all_hyperparameters(recorded: Path, tmp_path: Path) -> None:
    table = pandas.read_parquet(exported(recorded, "parquet", tmp_path, FIRST, SECOND, table="runs"))
    assert list(table["run"]) == [FIRST, SECOND]
    assert list(table["model"]) == ["seed-cnn", "mlp"]
    assert list(table["ema"]) == [0.5, 0.0]


def test_the_table_of_digits_has_each_test_digit(recorded: Path, tmp_path: Path) -> None:
    table = pandas.read_csv(exported(recorded, "csv", tmp_path, table="digits"))
    assert len(table) == 100
    right = (table["label"] == table["predicted"]).mean()
    assert right == Runs(recorded)[FIRST].epochs["test_accuracy"][-1]
    assert np.allclose(table[[f"p_{digit}" for digit in range(10)]].sum(axis=1), 1, atol=0.02)


def test_a_table_without_a_row_is_refused_by_its_name(recorded: Path, tmp_path: Path) -> None:
    assert "nothing in the table changes of 0002-mlp" in refused(recorded, "csv", tmp_path, SECOND, table="changes")
    assert set(TABLES) >= {"epochs", "steps", "changes", "machine", "confusion", "digits", "runs"}


def test_a_spreadsheet_computes_no_text_of_a_csv_file() -> None:
    texts = ["=cmd()", "+1+1", "@sum", "-2+3", "-0.5", "+", "=", "cat"]
    table = Table({"p_=cmd()": np.arange(8.0) - 4, "=name": np.array(texts)})
    [head, *rows] = csv.reader(as_csv(table).decode().splitlines())
    assert head == ["p_=cmd()", "'=name"]
    assert [row[1] for row in rows] == ["'=cmd()", "'+1+1", "'@sum", "'-2+3", "-0.5", "+", "=", "cat"]
    assert rows[0][0] == "-4.0"


@pytest.mark.parametrize("format", ["csv", "svg"])
@pytest.mark.parametrize("damage", ["lines", "length"])
def test_what_of_a_log_is_not_in_a_file_is_said(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, damage: str
) -> None:
    folder = tmp_path / "runs" / FIRST
    shutil.copytree(recorded / FIRST, folder)
    if damage == "lines":
        lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
        (folder / EVENTS).write_bytes(b"".join([*lines[:4], b"x" + lines[4][1:], *lines[5:]]))
    else:
        monkeypatch.setattr("engine.library.histories.is_read_whole", lambda size: False)
    words = "1 line of its log could not be read" if damage == "lines" else "too long to be read whole"
    done = export(request(tmp_path / "runs", format, tmp_path))
    assert done.problem == ""
    assert [words in note and note.startswith(FIRST) for note in done.notes] == [True]
    with pytest.warns(UserWarning, match=words):
        assert Runs(tmp_path / "runs")[1].epochs.rows
