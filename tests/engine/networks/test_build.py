"""The networks: their layers, size and input."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.transforms.functional import to_tensor

from engine.data.dataset import Array, Dataset, make_dataset
from engine.networks.build import as_input, build_model, count_parameters, steer_dropout
from engine.networks.catalogue.seed import SeedCNN
from engine.networks.summary import describe_network
from engine.techniques.precision import cpu_has_bf16
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.architectures import CATALOGUE, SIZES
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone
from engine.vocabulary.presets import PRESETS


def described_network() -> nn.Sequential:
    """The network as the seed notebook describes it, layer after layer."""
    return nn.Sequential(
        nn.Conv2d(1, 10, 5),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Conv2d(10, 20, 5),
        nn.Dropout2d(0.5),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(320, 50),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(50, 10),
    )


def twins(**config: float) -> tuple[nn.Module, nn.Sequential]:
    """Our network and the described one, with the same weights in order."""
    ours, described = build_model(RunConfig(precision="fp32", **config)), described_network()  # type: ignore[arg-type]
    for theirs, parameter in zip(described.parameters(), ours.parameters(), strict=True):
        assert theirs.shape == parameter.shape
        theirs.data.copy_(parameter.data)
    return ours, described


def test_the_seed_network_has_as_many_parameters_as_the_notebook_counts() -> None:
    assert count_parameters(SeedCNN()) == 21_840
    shapes = [tuple(parameter.shape) for parameter in SeedCNN().parameters()]
    assert shapes == [(10, 1, 5, 5), (10,), (20, 10, 5, 5), (20,), (50, 320), (50,), (10, 50), (10,)]


def test_it_computes_what_its_description_says_bit_for_bit(digits: Dataset) -> None:
    torch.manual_seed(3)
    ours, described = twins()
    images = as_input(digits.train_images)
    assert torch.equal(ours.eval()(images), described.eval()(images))


def test_it_drops_out_where_its_description_says(digits: Dataset) -> None:
    torch.manual_seed(3)
    ours, described = twins()
    images = as_input(digits.train_images)
    torch.manual_seed(4)
    first = ours.train()(images)
    torch.manual_seed(4)
    second = described.train()(images)
    assert torch.equal(first, second)
    assert not torch.equal(first, described.eval()(images))


def test_logits_are_not_normalized(digits: Dataset) -> None:
    logits = SeedCNN().eval()(as_input(digits.test_images))
    assert logits.shape == (100, 10)
    assert not torch.allclose(logits.exp().sum(1), torch.ones(100), atol=0.05)


def test_dropout_rates_come_from_the_config_and_change_in_use() -> None:
    before = RunConfig(dropout=0.25, dropout2d=0.125)
    model = build_model(before)
    assert isinstance(model, SeedCNN)
    assert (model.dropout.p, model.dropout2d.p) == (0.25, 0.125)
    steer_dropout(model, before, RunConfig(dropout=0.75, dropout2d=0.0))
    assert (model.dropout.p, model.dropout2d.p) == (0.75, 0.0)


def test_weights_are_a_function_of_the_global_seed() -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return torch.cat([parameter.flatten() for parameter in build_model(RunConfig()).parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_the_input_is_what_torchvisions_to_tensor_gives(digits: Dataset) -> None:
    every_gray = torch.arange(256, dtype=torch.uint8).repeat(4)[: 28 * 28].reshape(1, 28, 28)
    images = torch.cat([digits.test_images, every_gray])
    before = images.clone()
    ours = as_input(images)
    assert torch.equal(ours, torch.stack([to_tensor(image.numpy()) for image in images]))
    assert torch.equal(images, before)
    assert (ours.min(), ours.max(), ours.dtype) == (0, 1, torch.float32)


def test_the_fast_network_has_its_parameters_and_takes_both_rates_of_dropout() -> None:
    config = RunConfig().replace(PRESETS["fast"].changes)
    model = build_model(config)
    assert count_parameters(model) == 18_426
    images = torch.rand(32, 1, 28, 28)
    assert torch.equal(model.train()(images), model(images))  # the preset drops nothing
    for field in ("dropout", "dropout2d"):
        steer_dropout(model, config, config.replace({field: 0.5}))
        assert not torch.equal(model(images), model(images))


def test_the_deep_network_has_its_parameters() -> None:
    assert count_parameters(build_model(RunConfig(model="deep-cnn"))) == 150_698


LARGE = ("resnet18", "densenet121", "densenet-small", "an-m5")  # on a CPU
LONG = (*LARGE, "resnet-small", "vgg-small", "deep-cnn")  # seconds to learn


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in CATALOGUE]
)
def test_every_network_learns_a_batch_in_either_precision(
    name: str, digits: Dataset, digit_arrays: dict[str, Array]
) -> None:
    one_batch = make_dataset({key: array[:40] for key, array in digit_arrays.items()}, "sample", Path("few.npz"))
    precisions = ("fp32", "bf16") if cpu_has_bf16() or name == "seed-cnn" else ("fp32",)  # emulated it takes minutes
    for precision in precisions:
        config = RunConfig(model=name, epochs=10, batch_size=40, lr=0.005, device="cpu", precision=precision)
        data = one_batch if name in LARGE else digits
        epochs = [event for event in train(Run(config, data)) if isinstance(event, EpochDone)]
        assert epochs[-1].train_loss < 0.7 * epochs[0].train_loss


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.slow) if each in ("resnet18", "densenet121") else each for each in CATALOGUE],
)
def test_the_sizes_that_a_form_shows_at_once_are_those_that_are_counted(name: str) -> None:
    told = describe_network(RunConfig(model=name))
    assert SIZES[name] == (told.parameters, told.flops)
