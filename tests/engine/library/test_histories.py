"""The log of a run as tables."""

import math

import numpy as np
import pytest
from fake_engine import RUN, epoch_done, started

from engine.library.histories import History
from engine.library.table import Table
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import GpuUse, MachineMeasured, RunEvent, Steered, StepsDone
from engine.vocabulary.schedule import learning_rate


def steps(step: int, losses: list[float], stride: int = 1, epoch: int = 0, **more: object) -> StepsDone:
    return StepsDone(run=RUN, step=step, epoch=epoch, stride=stride, losses=losses, images_per_s=100.0, **more)  # type: ignore[arg-type]


def test_each_point_ends_at_its_step_and_has_the_rate_of_it() -> None:
    config = {"schedule": "cosine", "lr": 0.01, "epochs": 2}
    events: list[RunEvent] = [
        started(**config),
        steps(7, [2.0, 1.0], stride=4, steps=7, accuracies=[0.5, 0.75], grad_norms=[(2, 1.0), (3, 3.0)]),
    ]
    table = History.of(events).steps
    assert table["step"].tolist() == [4, 7]
    assert table["accuracy"].tolist() == [0.5, 0.75]
    assert table["grad_norm"][0] == 2.0
    assert math.isnan(table["grad_norm"][1])
    assert table["lr"].tolist() == [learning_rate(RunConfig(**config), step, 40) for step in (3, 6)]
    assert table["epoch"].tolist() == [1, 1]


def test_what_is_trained_again_after_a_resume_is_there_once() -> None:
    change = Steered(run=RUN, step=60, changes={"lr": 0.1}, config=RunConfig(lr=0.1))
    one, two = steps(40, [3.0, 2.0], stride=20), steps(80, [1.0, 0.5], stride=20, epoch=1)
    lost = steps(80, [9.0, 9.0], stride=20, epoch=1)
    events: list[RunEvent] = [started(), one, epoch_done(1), lost, change, epoch_done(2, accuracy=0.1)]
    events += [started(step=40, epoch=1), two, epoch_done(2)]
    history = History.of(events)
    assert history.steps["loss"].tolist() == [3.0, 2.0, 1.0, 0.5]
    assert history.epochs["test_accuracy"].tolist() == [0.9, 0.9]
    assert history.changes.rows == 0


def test_what_was_steered_is_a_row_for_each_value() -> None:
    change = Steered(run=RUN, step=3, changes={"lr": 0.1, "dropout": 0.2}, config=RunConfig(lr=0.1, dropout=0.2))
    history = History.of([started(), change, steps(4, [1.0])])
    assert list(history.changes.records()) == [
        {"step": 3, "name": "lr", "value": "0.1"},
        {"step": 3, "name": "dropout", "value": "0.2"},
    ]
    assert history.steps["lr"].tolist() == [0.1]


def test_the_machine_has_columns_for_each_gpu_that_was_ever_seen() -> None:
    one = MachineMeasured(
        run=RUN, step=1, time=5.0, cpu=0.5, engine=0.25, memory=2, memory_total=4, engine_memory=1,
        gpus=[GpuUse(name="x", use=0.75, memory=7, memory_total=8)],
    )  # fmt: skip
    none = MachineMeasured(run=RUN, step=2, time=6.0, cpu=0.5, engine=0.25, memory=2, memory_total=4, engine_memory=1)
    table = History.of([started(), one, none]).machine
    assert table["gpu0_use"][0] == 0.75
    assert np.isnan(table["gpu0_use"][1])
    assert np.isnan(table["gpu0_power"]).all()


def test_a_table_is_columns_with_names() -> None:
    table = Table.of({"a": int, "b": float, "c": str}, [(1, None, "x"), (2, 0.5, None)])
    assert (list(table), table.rows, len(table)) == (["a", "b", "c"], 2, 3)
    assert list(table.records()) == [{"a": 1, "b": None, "c": "x"}, {"a": 2, "b": 0.5, "c": ""}]
    assert table.to_pandas()["b"].isna().tolist() == [True, False]
    with pytest.raises(KeyError, match="there is no column 'd'; there are a, b, c"):
        table["d"]
    with pytest.raises(ValueError, match="the columns have 1, 2 rows"):
        Table({"a": np.zeros(1), "b": np.zeros(2)})
    assert Table.of({"a": int}, []).rows == 0
    assert "1000 rows" in repr(Table({"a": np.arange(1000)}))


def test_tables_below_each_other_have_what_any_of_them_has() -> None:
    one, other = Table({"a": np.array([1])}), Table({"a": np.array([2]), "b": np.array(["x"])})
    joined = Table.joined({"first": one, "second": other})
    assert list(joined.records()) == [{"run": "first", "a": 1, "b": ""}, {"run": "second", "a": 2, "b": "x"}]
    assert Table.joined({}).rows == 0
