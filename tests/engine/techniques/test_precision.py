"""bf16 where the processor is fast at it: chosen once, said, kept for the run, and as good."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
import torch

import engine.techniques.precision
from engine.data.dataset import Dataset
from engine.networks.build import as_input
from engine.networks.catalogue.seed import SeedCNN
from engine.techniques.precision import choose_precision, cpu_has_bf16, logits_of, products_in
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.architectures import CATALOGUE, FAST_IN_BF16
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import EpochDone
from engine.vocabulary.run_conventions import OLD, PRESENT

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("flags", "fast"), [("fpu avx512_bf16 sse", True), ("amx_bf16", True), ("avx2 avx512f", False)]
)
def test_auto_is_bf16_on_processors_that_have_it(monkeypatch: pytest.MonkeyPatch, flags: str, fast: bool) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: f"flags : {flags}\n")
    assert cpu_has_bf16() is fast
    assert choose_precision("auto", CPU) == ("bf16" if fast else "fp32")
    for name in ("fp32", "bf16"):
        assert choose_precision(name, CPU) == name


@pytest.mark.parametrize(
    ("capability", "hip", "small", "large"),
    [((9, 0), None, "tf32", "bf16"), ((8, 0), None, "tf32", "bf16"), ((7, 5), None, "fp32", "fp32"),
     ((9, 4), "6.4", "fp32", "fp32")],
)  # fmt: skip
def test_auto_on_a_gpu_is_what_is_fastest_for_the_network(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], hip: str | None, small: str, large: str
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.version, "hip", hip)
    assert choose_precision("auto", CUDA) == choose_precision("auto", CUDA, "file.py:Net") == small
    assert choose_precision("auto", CUDA, "an-m5") == large
    assert choose_precision("fp32", CUDA, "an-m5") == "fp32"


def test_networks_that_are_fast_in_bf16_are_in_the_catalogue() -> None:
    assert set(CATALOGUE) >= FAST_IN_BF16


def test_tf32_where_there_is_none_is_refused_with_what_there_is(digits: Dataset) -> None:
    with pytest.raises(ConfigError, match=r"\(precision\): tf32 is not possible on cpu.*give auto, fp32 or bf16"):
        Run(RunConfig(device="cpu", precision="tf32"), digits)


def test_a_run_of_a_gpu_goes_on_without_one_in_fp32_and_says_so(
    digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(RunConfig(device="cpu", precision="fp32", epochs=2), digits, folder=tmp_path)
    run.config = run.config.replace({"precision": "tf32"})
    run.save()
    again = resume("r", tmp_path, digits)
    assert (again.precision, again.config.precision) == ("fp32", "fp32")
    assert "cpu has no tf32: the run goes on in fp32" in capsys.readouterr().out
    assert list(train(again))


def flags() -> tuple[bool, str]:
    return torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()


@pytest.mark.parametrize(
    ("precision", "exact", "convolutions", "matrices"),
    [("fp32", True, False, "highest"), ("tf32", True, True, "high"), ("bf16", True, True, "highest"),
     ("fp32", False, True, "highest")],
)  # fmt: skip
def test_fp32_is_float32_in_convolutions_too_but_for_runs_of_the_time_before(
    precision: str, exact: bool, convolutions: bool, matrices: str
) -> None:
    before = flags()
    with products_in(precision, CUDA, exact):
        assert flags() == (convolutions, matrices)
    assert flags() == before
    with products_in(precision, CPU, exact):
        assert flags() == before


def test_a_step_computes_as_its_run_says_and_a_test_in_float32(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []

    def watch(precision: str, device: torch.device, exact: bool = True) -> AbstractContextManager[None]:
        asked.append((precision, exact))
        return nullcontext()

    monkeypatch.setattr("engine.training.step.products_in", watch)
    monkeypatch.setattr("engine.training.evaluation.products_in", watch)
    for conventions in (PRESENT, OLD):
        list(train(Run(RunConfig(device="cpu", precision="bf16", epochs=1, batch_size=200), digits,
                       conventions=conventions)))  # fmt: skip
    assert asked == [("bf16", True), ("fp32", True), ("bf16", False), ("fp32", True)]


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
