"""Dead units and the share of the input: what is measured beside the test, and that it changes nothing."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.data.dataset import Dataset
from engine.networks.build import as_input
from engine.training.diagnostics import ReluWatch, input_share
from engine.training.evaluation import evaluate
from engine.training.loop import finish_epoch, train
from engine.training.run import Run
from engine.training.step import train_step
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, decode_run_event, encode
from tests.engine.training.compared_runs import figures, same, weights, without_time

CONFIG = RunConfig(epochs=2, batch_size=30, seed=5, device="cpu", precision="bf16")


def dead_share(network: nn.Module, images: Tensor) -> float:
    watch = ReluWatch()
    with torch.inference_mode(), watch:
        network(as_input(images))
    return watch.dead


class Units(nn.Module):
    """Gives the pixels of an image minus a threshold of each to a ReLU."""

    def __init__(self, relu: Callable[[Tensor], Tensor], thresholds: Tensor) -> None:
        super().__init__()
        self.relu = relu
        self.thresholds = nn.Parameter(thresholds)

    def forward(self, images: Tensor) -> Tensor:
        return self.relu(images - self.thresholds)


@pytest.mark.parametrize(
    "relu", [F.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, nn.ReLU(), nn.ReLU(inplace=True)]
)
def test_however_a_relu_is_called_its_dead_units_are_counted(relu: Callable[[Tensor], Tensor]) -> None:
    images = torch.full((5, 28, 28), 128, dtype=torch.uint8)
    thresholds = torch.tensor([0.0, 0.4, 0.6, 1.0, 0.3, 0.2, 0.9, 0.1]).reshape(8, 1, 1)  # three above 128 / 255
    assert dead_share(Units(relu, thresholds), images) == 3 / 8


def test_a_unit_that_fires_at_one_image_is_not_dead() -> None:
    images = torch.zeros(5, 28, 28, dtype=torch.uint8)
    network = Units(F.relu, torch.full((4, 28, 28), 0.5))
    assert dead_share(network, images) == 1.0
    images[3, 27, 27] = 255
    assert dead_share(network, images) == 0.0


def test_of_what_is_no_map_the_units_come_last() -> None:
    network = nn.Sequential(nn.Flatten(), Units(F.relu, torch.tensor([2.0] * 700 + [-1.0] * 84)))
    assert dead_share(network, torch.zeros(3, 28, 28, dtype=torch.uint8)) == pytest.approx(700 / 784, abs=1e-4)


def test_a_network_without_a_relu_has_no_dead_units() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Tanh())
    assert dead_share(network, torch.zeros(3, 28, 28, dtype=torch.uint8)) == 0.0


def test_the_networks_of_the_program_show_units_that_were_killed(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    before = dead_share(run.model, digits.test_images)
    with torch.no_grad():
        run.model.fc1.bias.fill_(-1e6)  # 50 of 80 units
    assert dead_share(run.model, digits.test_images) >= 50 / 80 > before


def test_only_the_first_images_of_a_test_are_watched(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.evaluation.BATCH", 40)
    images = digits.test_images.clone()
    images[:40] = 0
    network = nn.Sequential(nn.Flatten(), nn.ReLU(), nn.Linear(784, 10))
    watch = ReluWatch()
    evaluate(network, images, digits.test_labels, watch)
    assert watch.dead == 1.0


def test_watching_changes_nothing_of_a_run(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONFIG.replace({"rotation": 10.0, "elastic": 1.0})
    measured = Run(config, digits)
    events = list(train(measured))
    monkeypatch.setattr("engine.training.loop.evaluate", lambda *given: evaluate(*given[:3]))
    plain = Run(config, digits)
    others = list(train(plain))
    assert [(each.test_loss, each.train_loss) for each in figures(events)] == [
        (each.test_loss, each.train_loss) for each in figures(others)
    ]
    assert torch.equal(weights(measured), weights(plain))
    assert same(without_time(measured.state()), without_time(plain.state()))


def test_the_share_of_the_input_is_its_time_over_that_of_the_epoch(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    assert input_share(run) == 0.0  # nothing was trained yet
    run.input_seconds, run.seconds = 0.21, 0.7
    assert input_share(run) == pytest.approx(0.3)
    train_step(run, torch.arange(30))
    assert run.input_seconds > 0.21
    finish_epoch(run)
    assert run.input_seconds == 0.0


def test_elsewhere_than_on_a_cpu_the_input_is_not_measured(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    run.input_seconds, run.seconds = 0.21, 0.7
    assert input_share(run) > 0
    run.device = torch.device("cuda")
    assert input_share(run) == 0


def test_epochs_of_old_logs_and_of_new_ones_are_read(digits: Dataset) -> None:
    [epoch] = [event for event in train(Run(CONFIG.replace({"epochs": 1}), digits)) if isinstance(event, EpochDone)]
    assert decode_run_event(encode(epoch)) == epoch
    old = b'{"event":"EpochDone","run":"r","epoch":1,"step":7,"train_loss":1.0,"train_accuracy":0.5,"test_loss":1.0,'
    old += b'"test_accuracy":0.5,"seconds":1.0,"test_seconds":0.1,"lr":0.001,"confusion":[]}\n'
    event = decode_run_event(old)
    assert isinstance(event, EpochDone)
    assert (event.dead, event.input_share) == (0.0, 0.0)
    assert encode(event) == old
