"""The example notebook runs from its first cell to its last, on any folder of runs."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from places import ROOT

from engine.library.runs import Runs
from tests.engine.export.recorded_runs import SECOND, recorded  # noqa: F401

NOTEBOOK = json.loads((ROOT / "engine/library/example.ipynb").read_text())


def test_the_notebook_runs_to_its_end(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_TUI_CHECKPOINTS", str(recorded))
    monkeypatch.setenv("MNIST_TUI_DATA", str(recorded.parent))
    names: dict[str, object] = {}
    with matplotlib.rc_context({"backend": "agg"}):
        for cell in NOTEBOOK["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert names["run"].name == Runs(recorded).latest.name == SECOND  # type: ignore[attr-defined]
    worst, digits = names["worst"], names["digits"]
    assert digits["loss"][worst[0]] == np.max(digits["loss"])  # type: ignore[index]
    printed = capsys.readouterr().out
    assert "4 pixels: " in printed
    assert "epoch 2: test accuracy" in printed


def test_the_notebook_is_kept_without_outputs() -> None:
    code = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    assert len(code) > 4
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
