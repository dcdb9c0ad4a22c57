"""Records of runs to compare: five seeds of one configuration, and the accuracies of another."""

from collections.abc import Sequence

from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import RunConfig

A = [0.980, 0.982, 0.984, 0.983, 0.981]
B = [0.990, 0.991, 0.992, 0.994, 0.992]


def record(number: int, seed: int, accuracy: float, **changes: object) -> RunRecord:
    fields = {name: changes.pop(name) for name in list(changes) if name in RunRecord.__struct_fields__}
    config = RunConfig().replace({"seed": seed, "precision": "fp32", **changes})
    given = {
        "run": f"{number:04}-{config.model}", "state": "finished", "started": 1.0, "config": config, "device": "cpu",
        "data": "f00d", "data_path": "/data", "sample": False, "versions": {"torch": "2.15"}, "epoch": config.epochs,
        "test_accuracy": accuracy, "test_loss": round(1 - accuracy, 6), **fields,
    }  # fmt: skip
    return RunRecord(**given)  # type: ignore[arg-type]


def side(first: int, accuracies: Sequence[float], **changes: object) -> list[RunRecord]:
    return [record(first + seed, seed, accuracy, **changes) for seed, accuracy in enumerate(accuracies)]
