"""Runs compared bit for bit: their weights, and their events without what a clock said."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from engine.storage.runs.checkpoint import load_checkpoint, save_checkpoint
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, Event


def weights(run: Run) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in run.model.parameters()])


def same(first: Any, second: Any) -> bool:
    """Compare states bit for bit."""
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


def figures(events: list[Event]) -> list[EpochDone]:
    """The epochs without what is measured by the clock."""
    return [
        msgspec.structs.replace(event, seconds=0.0, test_seconds=0.0, input_share=0.0)
        for event in events
        if isinstance(event, EpochDone)
    ]


def without_time(state: dict[str, Any]) -> dict[str, Any]:
    position = {name: value for name, value in state["position"].items() if "seconds" not in name}
    return {**state, "position": position}


def forget_conventions(path: Path) -> None:
    """Make a checkpoint one of the time before conventions and format were part of it."""
    state = load_checkpoint(path)
    save_checkpoint(path, {name: part for name, part in state.items() if name not in ("conventions", "format")})


CONFIG = RunConfig(epochs=2, batch_size=30, seed=5, device="cpu", precision="bf16")  # 200 images: 7 steps


@pytest.fixture(autouse=True)
def _report_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events come by the clock; here after every step, so that a run can be stopped at any."""
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
