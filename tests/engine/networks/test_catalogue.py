"""The networks of the catalogue: what they take, give and are."""

import inspect
import subprocess
import sys

import pytest
import torch
from limits import LIMIT
from places import ROOT
from torch import nn

from engine.data.dataset import Dataset
from engine.networks.build import SIZES, accepted, build_model, class_of, count_parameters, steer_dropout
from engine.networks.summary import count_and_describe, describe_network
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.architectures import CATALOGUE, OwnName, folder_name, is_own, short_name
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig

PARAMETERS = {
    "seed-cnn": 21_840, "seed-cnn-bn": 21_870, "fast-cnn": 18_426, "deep-cnn": 150_698, "mlp": 269_322,
    "lenet5": 61_706, "vgg-small": 147_162, "resnet-small": 174_970, "densenet-small": 175_690,
    "resnet18": 11_172_810, "densenet121": 6_955_274, "an-m5": 1_128_180,
}  # fmt: skip
SIZED = [(name, field) for name, each in CATALOGUE.items() for field in each.takes]


def config_of(name: str, **more: float) -> RunConfig:
    return RunConfig(model=name, precision="fp32", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_network_takes_images_gives_logits_and_every_weight_has_a_gradient(name: str) -> None:
    torch.manual_seed(1)
    model = build_model(config_of(name, dropout=0.0, dropout2d=0.0)).train()
    logits = model(torch.rand(2, 1, 28, 28))
    assert logits.shape == (2, 10)
    assert logits.dtype == torch.float32
    logits.square().sum().backward()
    without = [key for key, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert without == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_network_has_the_parameters_that_its_documentation_says(name: str) -> None:
    kind = class_of(name)
    assert count_parameters(build_model(config_of(name))) == PARAMETERS[name]
    assert f"{PARAMETERS[name]:,}" in (inspect.getdoc(kind) or "").replace("\n", " ")


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_network_goes_on_with_the_state_of_another_of_its_name(name: str) -> None:
    first, second = build_model(config_of(name)).eval(), build_model(config_of(name)).eval()
    images = torch.rand(2, 1, 28, 28)
    with torch.no_grad():
        assert not torch.equal(first(images), second(images))
        second.load_state_dict(first.state_dict())
        assert torch.equal(first(images), second(images))


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_catalogue_says_what_the_class_takes(name: str) -> None:
    entry = CATALOGUE[name]
    assert entry.name == name
    assert entry.help.endswith(".")
    assert len(entry.help) <= 90
    assert set(entry.takes) == set(SIZES) & set(accepted(class_of(name)))
    assert FIELDS["model"].parse(name) == name


@pytest.mark.parametrize(("name", "field"), SIZED)
def test_a_size_that_can_be_chosen_changes_the_network_and_its_defaults_do_not(name: str, field: str) -> None:
    usual = {"width": 1.0, "depth": 0}[field]
    assert count_parameters(build_model(config_of(name, **{field: usual}))) == PARAMETERS[name]
    sizes = [count_parameters(build_model(config_of(name, **{field: value}))) for value in (1, 2, 3)]
    assert sizes == sorted(set(sizes))
    model = build_model(config_of(name, **{field: FIELDS[field].low or 1})).eval()
    assert model(torch.rand(2, 1, 28, 28)).shape == (2, 10)


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in CATALOGUE for f in SIZES if (n, f) not in SIZED])
def test_a_size_that_is_fixed_is_refused_with_the_networks_that_take_it(name: str, field: str) -> None:
    with pytest.raises(ConfigError) as refused:
        RunConfig().replace({"model": name, field: 2})
    assert f"({field})" in str(refused.value)
    assert name in str(refused.value)
    offered = str(refused.value).partition("use one of ")[2].split(", ")
    assert offered == [each.name for each in CATALOGUE.values() if field in each.takes]
    with pytest.raises(ConfigError, match=name):
        build_model(config_of(name, **{field: 2}))


def test_a_network_whose_checkpoints_could_not_be_loaded_is_refused_before_it_is_made() -> None:
    with pytest.raises(ConfigError, match="can hold"):
        build_model(config_of("mlp", width=8.0, depth=32))


def test_the_seed_networks_weights_are_what_they_always_were() -> None:
    torch.manual_seed(0)
    weights = torch.cat([weight.flatten() for weight in build_model(config_of("seed-cnn")).parameters()])
    after = torch.rand(1)
    torch.manual_seed(0)
    plain: list[nn.Module] = [nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Linear(320, 50), nn.Linear(50, 10)]
    expected = torch.cat([weight.flatten() for layer in plain for weight in layer.parameters()])
    assert torch.equal(weights, expected)
    assert torch.equal(after, torch.rand(1))


def test_dropout_is_set_where_a_network_has_it() -> None:
    for name in CATALOGUE:
        model = build_model(config_of(name, dropout=0.25, dropout2d=0.125))
        taken = set(accepted(type(model)))
        found = {"dropout" if type(each) is nn.Dropout else "dropout2d": each.p for each in dropouts(model)}
        assert found == {key: rate for key, rate in (("dropout", 0.25), ("dropout2d", 0.125)) if key in taken}
        steer_dropout(
            model, config_of(name, dropout=0.25, dropout2d=0.125), config_of(name, dropout=0.75, dropout2d=0.5)
        )
        assert {each.p for each in dropouts(model)} <= {0.75, 0.5}


def dropouts(model: nn.Module) -> list[nn.Dropout | nn.Dropout2d]:
    return [each for each in model.modules() if isinstance(each, nn.Dropout | nn.Dropout2d)]


@pytest.mark.parametrize("name", ["seed-cnn-bn", "resnet-small", "densenet-small"])
def test_a_network_trains_on_a_last_batch_of_one_image(name: str, digits: Dataset) -> None:
    config = RunConfig(model=name, epochs=1, batch_size=199, device="cpu", precision="fp32")
    assert list(train(Run(config, digits)))


@pytest.mark.slow
def test_only_what_is_built_is_imported() -> None:
    program = (
        "import sys\nfrom engine.vocabulary.config import RunConfig\nimport engine.server.worker.command_loop\n"
        "from engine.networks.build import build_model\nbuild_model(RunConfig())\n"
        "build_model(RunConfig(model='resnet-small'))\n"
        "names = ('torchvision', 'torch._dynamo', 'engine.networks.catalogue.mlp')\n"
        "print([name for name in names if name in sys.modules])\n"
        "build_model(RunConfig(model='resnet18'))\nprint('torchvision' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT
    )
    assert done.stdout.splitlines() == ["[]", "True"]


# -------------------------------------------------------------- descriptions


def test_a_description_adds_up_and_counts_operations_as_one_does_by_hand() -> None:
    told = describe_network(config_of("seed-cnn"))
    assert [layer.name for layer in told.layers] == ["conv1", "conv2", "dropout2d", "fc1", "dropout", "fc2"]
    assert [layer.shape for layer in told.layers] == [[10, 24, 24], [20, 8, 8], [20, 4, 4], [50], [50], [10]]
    by_hand = 24 * 24 * 10 * 25 + 8 * 8 * 20 * 250 + 320 * 50 + 50 * 10
    assert told.flops == 2 * by_hand
    assert told.parameters == 21_840


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_parameter_is_in_a_layer_of_the_description(name: str) -> None:
    before = torch.get_rng_state()
    told = describe_network(RunConfig(model=name))
    assert torch.equal(before, torch.get_rng_state())
    assert sum(layer.parameters for layer in told.layers) == told.parameters == PARAMETERS[name]
    assert told.layers[-1].shape == [10]
    assert told.flops > 2 * 9 * 10
    assert all(layer.shape for layer in told.layers)


@pytest.mark.parametrize("name", CATALOGUE)
def test_operations_are_those_that_torch_counts(name: str) -> None:
    config = RunConfig(model=name)
    assert describe_network(config).flops == count_and_describe(build_model(config), config).flops


@pytest.mark.skipif(torch.__version__ < (2, 11), reason="torch 2.10 itself imports sympy where it checks a shape")
def test_to_describe_a_network_imports_no_compiler() -> None:
    """torch imports its own at first use of meta tensors, or of its counter, which takes 2 s."""
    program = (
        "import sys\nfrom engine.vocabulary.config import RunConfig\n"
        "from engine.networks.summary import describe_network\n"
        "describe_network(RunConfig())\nprint({'torch._dynamo', 'sympy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=LIMIT
    )
    assert done.stdout == "set()\n"


def test_a_description_is_of_the_size_that_was_asked_for() -> None:
    wide = describe_network(RunConfig(model="mlp", width=2.0, depth=3))
    assert (wide.model, wide.width, wide.depth) == ("mlp", 2.0, 3)
    assert wide.parameters == count_parameters(build_model(RunConfig(model="mlp", width=2.0, depth=3)))


# --------------------------------------------------------------------- names


@pytest.mark.parametrize("text", ["/home/me/net.py:Net", "net.py:Net", "a.b.c:Net", "torchvision:N_1", "ö.py:Größe"])
def test_a_file_or_a_package_names_a_network(text: str) -> None:
    assert str(OwnName.parse(text)) == text
    assert is_own(text)
    assert FIELDS["model"].parse(f" {text} ") == text
    assert RunConfig().replace({"model": text, "width": 2, "depth": 3}).model == text


@pytest.mark.parametrize(
    "text",
    [":", ":Net", "net.py:", "net.py:1x", "net.py:a b", "net:py:N", "a/b:Net", "a..b:Net", "\x1b.py:N", "é" * 5000],
)
def test_what_names_neither_is_refused_with_what_would(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        FIELDS["model"].parse(text)
    assert "model" in str(refused.value)


def test_names_are_shortened_for_screens_and_folders() -> None:
    assert short_name("/home/me/net.py:Net") == "net.py:Net"
    assert short_name("resnet18") == "resnet18"
    assert folder_name("resnet18") == "resnet18"
    assert folder_name("/home/me/net.py:My_Net2") == "my-net2"
    assert folder_name("x.py:Ω") == "own"
    assert folder_name("x.py:" + "a" * 300) == "a" * 40
