"""Runs for a notebook."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.library.runs import Runs
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import RECORD
from tests.engine.export.recorded_runs import FIRST, SECOND, recorded  # noqa: F401


def test_runs_are_found_by_number_and_name_and_listed_oldest_first(recorded: Path) -> None:
    runs = engine.Runs(recorded)
    assert runs.names == [run.name for run in runs] == [FIRST, SECOND]
    assert (runs[1].name, runs["2"].name, runs[SECOND].name, runs.latest.name) == (FIRST, SECOND, SECOND, SECOND)
    assert (len(runs), FIRST in runs, "0009-x" in runs) == (2, True, False)
    assert FIRST in repr(runs)
    for wrong in (0, 9, "nope"):
        with pytest.raises(RunError):
            runs[wrong]
    with pytest.raises(RunError, match="is no folder; give that of your runs"):
        engine.Runs(recorded / "nowhere")


def test_runs_are_taken_one_at_a_time_and_asked_for_as_they_are_taken(recorded: Path) -> None:
    runs = engine.Runs(recorded)
    assert [1 in runs, np.int64(2) in runs, "2" in runs, 3 in runs, None in runs] == [True, True, True, False, False]
    with pytest.raises(TypeError, match=r"list\(runs\) can be sliced"):
        runs[0:2]  # type: ignore[index]
    with pytest.raises(RunError, match="`latest` is the last one"):
        runs[-1]


def test_a_run_that_was_deleted_meanwhile_is_an_error_and_left_out_of_tables(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (FIRST, SECOND):
        shutil.copytree(recorded / name, tmp_path / name)
    runs = engine.Runs(tmp_path)
    kept = runs[1]
    (tmp_path / FIRST).rename(tmp_path / "gone")
    for get in (lambda: kept.epochs, lambda: list(kept.events()), lambda: kept.confusion()):
        with pytest.raises(RunError, match="was deleted, or moved"):
            get()
    found = Runs.__iter__(runs)
    monkeypatch.setattr(Runs, "__iter__", lambda self: iter([kept, *found]))
    with pytest.warns(UserWarning, match="was deleted, or moved"):
        epochs = runs.epochs
    assert set(epochs["run"]) == {SECOND}


def test_figures_are_arrays_and_data_frames(recorded: Path) -> None:
    runs = engine.Runs(recorded)
    run = runs[1]
    assert run.epochs["test_accuracy"].dtype == np.float64
    assert run.epochs["epoch"].tolist() == [1, 2, 3]
    assert run.record.test_accuracy == run.epochs["test_accuracy"][-1]
    assert run.steps["step"].tolist() == list(range(1, int(run.epochs["step"][-1]) + 1))
    assert run.changes["value"].tolist() == ["0.002"]
    assert runs.epochs.to_pandas().groupby("run").size().to_dict() == {FIRST: 3, SECOND: 1}
    table = runs.table
    assert table["batch_size"].tolist() == [50, 50]
    assert table["test_accuracy"][0] == run.epochs["test_accuracy"][-1]
    confusion = run.confusion()
    assert confusion.shape == (10, 10)
    assert np.trace(confusion) / confusion.sum() == run.epochs["test_accuracy"][-1]
    with pytest.raises(RunError, match="no confusion of epoch 9; it has 1 to 3"):
        run.confusion(9)


def test_digits_their_pictures_and_predictions_agree(recorded: Path) -> None:
    run = engine.Runs(recorded)[1]
    images, labels = run.data()
    digits = run.digits()
    assert (digits["label"] == labels).all()
    last = run.predict(images, best=False)
    assert (last.argmax(1) == digits["predicted"]).all()
    assert last.shape == (100, 10)
    assert np.allclose(run.predict(images[3], best=False), last[3:4], atol=1e-6)
    assert run.predict(images[:0]).shape == (0, 10)
    for wrong in (images.astype(np.float32), images[:, :27]):
        with pytest.raises(ValueError, match="give uint8"):
            run.predict(wrong)
    assert run.data("train")[0].shape == (200, 28, 28)


def test_a_run_that_cannot_be_read_is_left_out_with_a_warning(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "0001-a").mkdir()
    (tmp_path / "0002-b").mkdir()
    (tmp_path / "0002-b" / RECORD).write_bytes((recorded / SECOND / RECORD).read_bytes())
    with pytest.warns(UserWarning, match=r"0001-a/run\.json: is missing"):
        table = engine.Runs(tmp_path).table
    assert table["run"].tolist() == [SECOND]
