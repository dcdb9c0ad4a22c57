"""What is said of torch and GPUs, terminals and libraries: each odd pair, by what it tells of itself."""

import importlib.metadata
from typing import Any

import pytest

from tui.commands.doctor import accelerators, program, terminal
from tui.commands.doctor.findings import Finding
from tui.commands.doctor.probing import ProbeLateError

TORCH = {
    "torch": "2.14.1", "cuda": "13.0", "hip": "", "threads": 8, "mps": False, "available": True, "reason": "",
    "architectures": ["sm_80", "sm_90"], "torchvision": "0.29",
    "devices": [{"name": "H200", "capability": [9, 0], "free": 1 << 37, "memory": 1 << 37, "error": ""}],
}  # fmt: skip
DRIVER = {"version": "590.1", "cuda": "13.1", "gpus": ["H200"]}
NONE: dict[str, Any] = {"version": "", "gpus": []}


def gpu(error: str) -> dict[str, Any]:
    return {"devices": [{"name": "GT 710", "error": error}]}


@pytest.mark.parametrize(
    ("torch", "driver", "state", "words", "remedy"),
    [
        ({}, DRIVER, "ok", "H200 computes: capability 9.0, 128.0 GiB free", ""),
        ({"available": False, "devices": [], "cuda": ""}, DRIVER, "problem", "built without CUDA", "pytorch.org"),
        ({"available": False, "devices": []}, {**DRIVER, "cuda": "12.4"}, "problem", "knows up to 12.4", "CUDA 12"),
        ({"available": False, "devices": [], "reason": "odd"}, DRIVER, "problem", "is not used: odd", "pytorch.org"),
        ({"available": False, "devices": []}, NONE, "ok", "training on the CPU works", ""),
        ({"available": False, "devices": [], "mps": True}, NONE, "ok", "Apple's GPU", ""),
        (gpu("CUDA error: no kernel image is available"), DRIVER, "problem", "no code for it (only sm_80", "pytorch"),
        (gpu("CUDA out of memory"), DRIVER, "problem", "out of memory", "nvidia-smi"),
        (gpu("device lost"), DRIVER, "problem", "device lost", "restart"),
        ({"torchvision": "", "torchvision_error": "no nms"}, DRIVER, "problem", "does not fit torch", "pip install"),
    ],
)
def test_of_torch_and_gpu(
    torch: dict[str, Any], driver: dict[str, Any], state: str, words: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(accelerators, "has_nvidia", lambda: False)
    found = list(accelerators.judge({**TORCH, **torch}, driver))
    fitting = [each for each in found if words in each.what]
    assert [each.state for each in fitting] == [state], found
    assert remedy in fitting[0].remedy
    assert [each for each in found if each.state == "problem"] == [each for each in fitting if state == "problem"]


def test_torch_that_is_only_late_is_not_to_be_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(process: object, end: float) -> dict[str, Any]:
        raise ProbeLateError("no answer within 120 s")

    monkeypatch.setattr(accelerators, "probe", lambda name: name)
    monkeypatch.setattr(accelerators, "answer", late)
    found = list(accelerators.look())[1]
    assert (found.state, found.what) == ("problem", "torch is not imported in time: no answer within 120 s")
    assert "pip" not in found.remedy
    assert "busy" in found.remedy


def test_a_gpu_that_is_hidden_on_purpose_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    last = list(accelerators.judge({**TORCH, "available": False, "devices": []}, DRIVER))[-1]
    assert (last.state, "CUDA_VISIBLE_DEVICES is ''" in last.remedy) == ("note", True)


def test_a_card_without_a_driver_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerators, "has_nvidia", lambda: True)
    [found] = accelerators.driver_alone(NONE)
    assert (found.state, "--gpus all" in found.remedy) == ("note", True)


@pytest.mark.parametrize(
    ("installed", "bounds", "fits"),
    [
        ("8.2.8", ">=8.2,<9", True), ("8.1.9", ">=8.2,<9", False), ("9.0", ">=8.2,<9", False),
        ("8.2", "<9,>=8.2", True),
        ("2.14.1+cu130", ">=2.10", True), ("2.9.1", ">=2.10", False), ("13.0.0rc1", ">=13", True), ("1.0", "", True),
        ("1.0", "~=2.0", True),
    ],
)  # fmt: skip
def test_whether_a_version_is_within_bounds(installed: str, bounds: str, fits: bool) -> None:
    assert program.fits(installed, bounds) is fits


def test_a_library_that_is_missing_or_too_old_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in ("scipy", "optuna"):
            raise importlib.metadata.PackageNotFoundError(name)
        return "0.1" if name == "textual" else "99" if name == "click" else "8.99"

    monkeypatch.setattr(importlib.metadata, "version", version)
    lines = [("scipy>=1.13", ""), ("textual>=8.2,<9", ""), ("click>=8.2", ""), ('optuna>=5,<6; extra == "tune"', "")]
    monkeypatch.setattr(program, "source_checkout", lambda: None)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [line for line, _ in lines])
    found = {each.what: each for each in program.libraries()}
    assert found["scipy is not installed"].remedy.endswith("-m pip install 'scipy>=1.13'")
    assert found["textual is 0.1, not >=8.2,<9"].state == "problem"
    assert "click 99" in found
    assert "extras: none; not installed: tune" in found


def said(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[Finding]:
    for name in ("COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(terminal, "tmux_option", lambda name: "500")
    return [*terminal.colours(), *terminal.between()]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ["16 million colours"]),
        ({"TERM": "xterm-256color"}, ["256 colours"]),
        ({"TERM": "linux"}, ["16 colours"]),
        ({"TERM": "linux", "NO_COLOR": "1"}, ["no colours"]),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit", "TMUX": "/tmp/x"},
         ["16 million", "inside tmux", "TERM is xterm-256color, inside tmux", "keeps each Escape for 500 ms"]),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"},
         ["256 colours", "over SSH", "inside tmux", "500 ms"]),
        ({"TERM": "screen", "STY": "1.x"}, ["16 colours", "GNU screen"]),
    ],
)  # fmt: skip
def test_of_terminals(variables: dict[str, str], words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, **variables)
    assert len(found) == len(words)
    assert all(word in each.what for word, each in zip(words, found, strict=True))
    assert not any("1.2.3.4" in each.what for each in found)


@pytest.mark.parametrize(("columns", "rows", "state"), [(80, 24, "ok"), (79, 24, "problem"), (80, 23, "problem")])
def test_of_sizes(columns: int, rows: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.get_terminal_size", lambda descriptor: (columns, rows))
    [found] = terminal.size()
    assert found.state == state
    assert f"{columns}x{rows}" in found.what
