"""The classes belong to the data set: whatever their number and names, a run learns, saves and answers in them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.dataset import DataError, Dataset, make_dataset
from engine.data.find import Source
from engine.networks.build import build_model
from engine.networks.catalogue.seed import SeedCNN
from engine.storage.runs.record import read_record
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    DataReady,
    EpochDone,
    Evaluate,
    Evaluated,
    Predict,
    Predicted,
    ResumeRun,
    RunStarted,
    StartRun,
)
from engine.vocabulary.messages.base import DIGITS
from tests.engine.server.worker.driven_worker import Engine, engine  # noqa: F401  (engine is a fixture)
from tui.state.run import RunView, apply_to_run

RUN = "0001-mlp"
SHAPES = ("square", "bar", "dot")
CONFIG = RunConfig(model="mlp", width=0.25, epochs=3, batch_size=20, lr=0.01, device="cpu", precision="fp32", threads=1)


@pytest.fixture
def shapes() -> Dataset:
    """Three kinds of images that anything learns to tell apart: 120 to train on, 30 to test."""
    random = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 120), ("test", 30)):
        labels = np.arange(count, dtype=np.uint8) % len(SHAPES)
        images = random.integers(0, 60, (count, 28, 28), np.uint8)
        for image, label in zip(images, labels, strict=True):
            (image[8:20, 8:20], image[4:24, 13:15], image[13:15, 13:15])[label][...] = 230
        arrays |= {f"{part}_images": images, f"{part}_labels": labels}
    return make_dataset(arrays, "npz file", Path("shapes.npz"), classes=SHAPES)


@pytest.mark.parametrize("name", [name for name in CATALOGUE if "121" not in name])
def test_every_network_has_an_output_for_each_class(name: str) -> None:
    model = build_model(RunConfig(model=name), classes=3).eval()
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 3)


def test_digits_are_what_a_data_set_has_unless_it_says_otherwise(digits: Dataset) -> None:
    assert digits.classes == DIGITS
    assert isinstance(build_model(RunConfig()), SeedCNN)


def test_a_run_on_three_classes_learns_and_tells_their_names(shapes: Dataset) -> None:
    events = list(train(Run(CONFIG, shapes)))
    assert isinstance(events[0], RunStarted)
    assert events[0].classes == SHAPES
    last = [event for event in events if isinstance(event, EpochDone)][-1]
    assert [len(row) for row in last.confusion] == [3, 3, 3]
    assert last.test_accuracy > 0.9
    assert shapes.check is not None
    assert shapes.check.train.classes == [40, 40, 40]
    assert not shapes.check.warnings
    view: RunView | None = None
    for event in events:
        view = apply_to_run(view, event)
    assert view is not None
    assert view.classes == SHAPES


def test_a_run_of_the_engine_is_recorded_evaluated_and_resumed_with_its_classes(
    engine: Engine, shapes: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Source(Path("shapes.npz"), "as it was", lambda progress: shapes)
    monkeypatch.setattr("engine.server.worker.loaded_data.find_data", lambda path="": found)
    engine.load("shapes.npz")
    assert engine.sink.of(DataReady)[-1].classes == SHAPES
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"
    assert read_record(engine.checkpoints / RUN).classes == SHAPES
    engine.worker.inspector.runs._kept = None  # from the disk
    result = engine.tell(Evaluate(run=RUN))
    assert isinstance(result, Evaluated)
    assert (result.classes, [len(row) for row in result.confusion]) == (SHAPES, [3, 3, 3])
    assert result.accuracy > 0.9
    answer = engine.tell(Predict(run=RUN, start=0, count=3))
    assert isinstance(answer, Predicted)
    assert [len(digit.probabilities) for digit in answer.digits] == [3, 3, 3]
    engine.done(ResumeRun(run=RUN, changes={"epochs": 4}))
    assert engine.finish().state == "finished"


@pytest.mark.parametrize("classes", [DIGITS, ("square", "bar", "round")])
def test_a_data_set_with_other_classes_is_no_test_for_a_run(
    engine: Engine, shapes: Dataset, classes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector = engine.worker.inspector
    run = Run(CONFIG, shapes)
    inspector.runs.keep(run)
    other = dataclasses.replace(shapes, classes=classes, fingerprint="other")
    monkeypatch.setattr(inspector.runs, "read", lambda path, **_: other)
    with pytest.raises(DataError, match="was trained on square, bar, dot; give such data"):
        inspector.evaluate(Evaluate(run="", data="other.npz"), run, shapes)
