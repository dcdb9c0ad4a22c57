"""bf16 where the processor is fast at it: chosen once, said, kept for the run, and as good."""

from pathlib import Path

import pytest
import torch

import engine.techniques.precision
from engine.data.dataset import Dataset
from engine.networks.build import as_input
from engine.networks.catalogue.seed import SeedCNN
from engine.techniques.precision import choose_precision, cpu_has_bf16, logits_of
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("flags", "fast"), [("fpu avx512_bf16 sse", True), ("amx_bf16", True), ("avx2 avx512f", False)]
)
def test_auto_is_bf16_on_processors_that_have_it(monkeypatch: pytest.MonkeyPatch, flags: str, fast: bool) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: f"flags : {flags}\n")
    assert cpu_has_bf16() is fast
    assert choose_precision("auto", CPU) == ("bf16" if fast else "fp32")
    assert choose_precision("auto", torch.device("cuda")) == "fp32"
    for name in ("fp32", "bf16"):
        assert choose_precision(name, CPU) == name


def test_a_system_that_does_not_say_gets_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(self: Path) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", absent)
    assert choose_precision("auto", CPU) == "fp32"


def test_fp32_is_the_network_itself_and_bf16_close_to_it(digits: Dataset) -> None:
    network = SeedCNN().eval()
    images = as_input(digits.test_images)
    exact = network(images)
    assert torch.equal(logits_of(network, images, "fp32"), exact)
    rounded = logits_of(network, images, "bf16")
    assert rounded.dtype == torch.float32
    assert 0 < (rounded - exact).abs().max() < 0.02  # 8 bits of significand, five layers


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_weights_and_optimizer_stay_in_float32_and_the_run_learns(digits: Dataset, precision: str) -> None:
    run = Run(RunConfig(epochs=12, batch_size=20, device="cpu", precision=precision), digits)
    epochs = [event for event in train(run) if isinstance(event, EpochDone)]
    assert epochs[-1].train_loss < 0.7 * epochs[0].train_loss
    assert all(parameter.dtype == torch.float32 for parameter in run.model.parameters())
    moments = [value for state in run.optimizer.state.values() for value in state.values()]
    assert all(value.dtype == torch.float32 for value in moments)


def test_a_run_is_resumed_in_the_precision_it_began_with(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.techniques.precision, "cpu_has_bf16", lambda: True)
    run = Run(RunConfig(device="cpu", precision="auto"), digits, folder=tmp_path)
    assert (run.precision, run.config.precision) == ("bf16", "bf16")
    run.save()
    monkeypatch.setattr(engine.techniques.precision, "cpu_has_bf16", lambda: False)
    assert resume("r", tmp_path, digits).precision == "bf16"
    assert Run(RunConfig(device="cpu", precision="auto"), digits).precision == "fp32"
