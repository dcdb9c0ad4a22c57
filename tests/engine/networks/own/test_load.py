"""A user's own network: how it is built, and what is refused."""

import sys
import textwrap
from pathlib import Path

import pytest
import torch

from engine.data.dataset import Dataset
from engine.machine.process_settings import kept_generators
from engine.networks.build import build_model, steer_dropout
from engine.networks.own.check import Question, described
from engine.networks.own.check_child import check
from engine.networks.own.code import (
    LARGEST,
    NetworkError,
    keep_copy,
    named_code,
    trust,
)
from engine.networks.own.load import load_class
from engine.training.run import Run, resume
from engine.vocabulary.config import RunConfig
from tests.engine.networks.own.written import NET, Write, build, config_of

BODY = "import torch\nfrom torch import nn\nclass Net(nn.Module):\n"


def refusal(model: str, **more: object) -> str:
    with pytest.raises(NetworkError) as refused:
        build(model, **more)
    return str(refused.value)


# ------------------------------------------------------------------- building


def test_a_class_is_called_with_what_it_takes_of_the_config(write: Write) -> None:
    own = write()
    model = build(own, dropout=0.25)
    assert (model.hidden.out_features, model.drop.p) == (32, 0.25)  # a width of 1 is left to the class
    assert build(own, width=4).hidden.out_features == 4
    required = build(write(NET.replace("width: float = 32", "width: float").replace("int(width)", "int(8 * width)")))
    assert required.hidden.out_features == 8
    assert "has no argument 'depth'" in refusal(write(), depth=3)


def test_rates_of_dropout_that_a_class_does_not_take_stay_as_they_are(write: Write) -> None:
    before, after = RunConfig(dropout=0.1), RunConfig(dropout=0.75)
    fixed = build(write(NET.replace("dropout: float = 0.1", "rate: float = 0.1").replace("(dropout)", "(rate)")))
    steer_dropout(fixed, before, after)
    assert fixed.drop.p == 0.1
    taken = build(write(), dropout=0.1)
    steer_dropout(taken, before, after)
    assert taken.drop.p == 0.75


def test_a_layer_with_a_rate_of_its_own_keeps_it_when_a_run_is_steered_or_resumed(
    write: Write, digits: Dataset, tmp_path: Path
) -> None:
    own = write(NET.replace("nn.Dropout(dropout)", "nn.Sequential(nn.Dropout(0.2), nn.Dropout(dropout))"))
    folder = tmp_path / "0001-net"
    folder.mkdir()
    code = named_code(own)
    assert code is not None
    keep_copy(code, folder)
    trust(code)
    run = Run(config_of(own, dropout=0.5), digits, name=folder.name, folder=folder, code=code)
    rates = lambda run: [each.p for each in run.model.modules() if isinstance(each, torch.nn.Dropout)]  # noqa: E731
    run.steer({"lr": 0.5})
    assert rates(run) == [0.2, 0.5]
    run.steer({"dropout": 0.75})
    assert rates(run) == [0.2, 0.75]
    run.save()
    assert rates(resume(folder.name, folder, digits)) == [0.2, 0.75]


def test_building_draws_what_the_class_draws_and_no_more(write: Write) -> None:
    own = write(NET.replace("relu()", "relu() + torch.rand(1)"))  # its forward draws as well
    torch.manual_seed(5)
    model = build(own)
    after = torch.rand(1)
    torch.manual_seed(5)
    linear = [torch.nn.Linear(784, 32), torch.nn.Linear(32, 10)]
    assert torch.equal(after, torch.rand(1))
    assert torch.equal(model.hidden.weight, linear[0].weight)
    assert model.training


def test_an_installed_package_names_a_network_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "own_package_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "nets.py").write_text(textwrap.dedent(NET))
    monkeypatch.syspath_prepend(str(tmp_path))
    model = build("own_package_of_a_test.nets:Net")
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    for name in [name for name in sys.modules if name.startswith("own_package_of_a_test")]:
        del sys.modules[name]


def test_a_file_may_use_dataclasses_and_is_not_the_main_program(write: Write) -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass Sizes:\n    hidden: 'int' = 3\n"
    own = write(text + textwrap.dedent(NET) + "\nif __name__ == '__main__':\n    raise SystemExit\n")
    assert load_class(named_code(own)).__name__ == "Net"  # type: ignore[arg-type]


# --------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", ["has no class Net", "its networks are: none"]),
        (BODY.replace("Net", "Other") + "    pass", ["has no class Net", "Other"]),
        ("class Net: pass", ["not a class that derives from torch.nn.Module"]),
        ("def Net(): pass", ["is a function", "torch.nn.Module"]),
        ("def (:", ["SyntaxError", "line 1"]),
        ("x = 1\x00", ["SyntaxError"]),
        ("\nraise ValueError('no\\nway')", ["cannot be loaded", "ValueError: no", "line 2"]),
        ("import sys; sys.exit(3)", ["SystemExit"]),
        ("import helper_that_is_not_there", ["only this one file is loaded"]),
        (BODY + "    def __init__(self, n):\n        pass", ["cannot be made with no arguments", "'n'"]),
        (BODY + "    def __init__(self):\n        super().__init__()\n        1 / 0", ["ZeroDivisionError", "line 6"]),
        (BODY + "    def forward(self, x):\n        return x @ x.new_zeros(3, 3)", ["[2, 1, 28, 28]", "line 5"]),
        (BODY + "    def forward(self, x):\n        return x.flatten(1)", ["returns float32 [2, 784]", "[2, 10]"]),
        (BODY + "    def forward(self, x):\n        return x.flatten(1)[:, :10].long()", ["returns int64 [2, 10]"]),
        (BODY + "    def forward(self, x):\n        return x.flatten(1)[:, :10], 1", ["returns a tuple"]),
        (BODY + "    def forward(self, x):\n        return x.flatten(1)[:, :10]", ["no parameters to train"]),
    ],
    ids=range(16),
)
def test_what_is_no_network_is_refused_by_what_is_wrong_with_it(write: Write, text: str, words: list[str]) -> None:
    own = write(text)
    message = refusal(own)
    for word in (str(Path(own.rpartition(":")[0])), *words):
        assert word in message
    assert "\n" not in message


@pytest.mark.parametrize(("end", "told"), [("", False), (".log_softmax(1)", False), (".softmax(1)", True)])
def test_a_network_that_ends_in_a_softmax_is_told_that_the_loss_takes_its_own(
    write: Write, capsys: pytest.CaptureFixture[str], end: str, told: bool
) -> None:
    build(write(NET.replace(".relu()))", f".relu())){end}")))
    assert ("remove the softmax at the end" in capsys.readouterr().out) == told


def test_a_state_that_no_checkpoint_could_hold_is_refused_before_it_is_trained(write: Write) -> None:
    own = write(NET.replace("self.drop =", "self.register_buffer('mask', torch.tensor(float('inf'))); self.drop ="))
    assert "persistent=False" in refusal(own)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, write: Write) -> None:
    for path, words in (("absent.py", "does not exist"), ("folder.py", "cannot be read"), ("long.py", "more than")):
        (tmp_path / "folder.py").mkdir(exist_ok=True)
        (tmp_path / "long.py").write_bytes(b"#" * (LARGEST + 1))
        message = refusal(f"{tmp_path / path}:Net")
        assert path in message
        assert words in message


def test_a_network_of_ones_own_is_not_built_from_its_name_alone(write: Write, digits: Dataset) -> None:
    own = write("raise ValueError('was run')")
    for attempt in (lambda: build_model(config_of(own)), lambda: Run(config_of(own), digits)):
        with pytest.raises(NetworkError, match="its code is needed"):
            attempt()


LSTM = "nn.LSTM(28, 10, batch_first=True)", 28 * 2 * 40 * (28 + 10)
# Projections, the linear layers, and attention.
ENCODER = (
    "nn.TransformerEncoderLayer(28, 4, 64, batch_first=True)",
    2 * 28 * (28 * 3 * 28 + 28 * 28 + 2 * 28 * 64) + 2 * 2 * 28 * 28 * 28,
)


@pytest.mark.parametrize(("layer", "flops"), [LSTM, ENCODER])
def test_products_within_fused_layers_are_counted(write: Write, layer: str, flops: int) -> None:
    """The rows of an image as a sequence."""
    own = write(f"""
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.rows = {layer}

            def forward(self, images):
                rows = self.rows(images.squeeze(1))
                return (rows[0] if isinstance(rows, tuple) else rows)[:, -1, :10]
    """)
    code = named_code(own)
    assert code is not None
    question = Question(RunConfig(model=own), code, memory=1 << 30, limit=60.0)
    with kept_generators():
        assert described(check(question, lambda stage: None)).flops == flops
