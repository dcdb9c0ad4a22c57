"""The moving average of the weights: what it is, that it is tested, and that training does not notice it."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.data.dataset import Dataset
from engine.server.worker.begin_run import record_of
from engine.server.worker.inspection import Inspector
from engine.storage.runs.log_writer import RunLog
from engine.techniques.ema import ExponentialMovingAverage
from engine.training.evaluation import evaluate
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, Evaluate

CONFIG = RunConfig(epochs=2, batch_size=30, device="cpu", lr=0.01, model="fast-cnn", ema=0.9)


def test_it_is_the_average_of_its_definition_with_early_weights_soon_forgotten() -> None:
    network = nn.Linear(1, 1, bias=False)
    average = ExponentialMovingAverage(network)
    expected = network.weight.item()
    for step in range(1, 200):
        with torch.no_grad():
            network.weight.fill_(float(step % 7))
        average.update(step, 0.95)
        decay = min(0.95, step / (10 + step))
        expected = decay * expected + (1 - decay) * (step % 7)
    assert next(average.model.parameters()).item() == pytest.approx(expected, rel=1e-5)


def test_statistics_of_batch_normalisation_are_the_newest() -> None:
    network = nn.BatchNorm1d(2)
    average = ExponentialMovingAverage(network)
    network(torch.randn(5, 2) + 3)
    average.update(1, 0.999)
    assert torch.equal(average.model.running_mean, network.running_mean)
    assert average.model.num_batches_tracked == 1


def test_the_average_is_tested_and_kept_and_the_weights_learn_as_without_it(digits: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "0001-fast-cnn"
    folder.mkdir()
    run = Run(CONFIG, digits, name=folder.name, folder=folder)
    log = RunLog(folder, record_of(run))
    epochs = [event for event in train(run) if isinstance(event, EpochDone)]
    log.close("finished", run.step, "")
    plain = Run(CONFIG.replace({"ema": 0}), digits)
    without = [event for event in train(plain) if isinstance(event, EpochDone)]
    assert [epoch.train_loss for epoch in epochs] == [epoch.train_loss for epoch in without]
    assert epochs[-1].test_loss != without[-1].test_loss
    assert epochs[-1].test_loss == evaluate(run.tested, digits.test_images, digits.test_labels).loss
    told = Inspector(tmp_path).evaluate(Evaluate(run="1"), None, digits)
    assert told.loss == pytest.approx(epochs[-1].test_loss)
