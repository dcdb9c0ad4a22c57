"""Lines of a list of runs, for tests that filter and sort them."""

from typing import Any

from engine.vocabulary.messages import EpochFigures, RunSummary


def summary(number: int, **more: Any) -> RunSummary:
    known: dict[str, Any] = {
        "run": f"{number:04d}-seed-cnn",
        "state": "finished",
        "started": 1000.0 * number,
        "model": "seed-cnn",
        "epoch": 10,
        "epochs": 10,
        "sample": False,
        "test_accuracy": 0.98,
        "test_loss": 0.06,
        "lr": 0.001,
        "parameters": 21_840,
        "seconds": 24.0,
        "device": "cpu",
    }
    return RunSummary(**{**known, **more})


RUNS = (
    summary(1, star=True, note="the Baseline, don't delete"),
    summary(2, model="resnet18", run="0002-resnet18", test_accuracy=0.9934, test_loss=0.02, parameters=78_042),
    summary(3, state="failed", epoch=0, test_accuracy=None, test_loss=None, seconds=0.0),
    summary(4, lr=0.0003, changes={"lr": 0.0003, "seed": 2**63 - 1}, began={"lr": 0.001}, steered=True),
    summary(
        12, title="With held-out images", changes={"optimizer": "adamw", "validation": 0.1}, parent="0004-seed-cnn",
        best=EpochFigures(epoch=7, test_loss=0.04, test_accuracy=0.991, validation_accuracy=0.985), state="running",
        machine={"precision": "bf16"},
    ),
    summary(13, state="unreadable", model="", epoch=0, epochs=0, started=0.0, test_accuracy=None, lr=0.0),
)  # fmt: skip
