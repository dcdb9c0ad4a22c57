"""The training engine of mnist-tui: a background process, or a library in a notebook.

    from engine import RunConfig, Run, train, load_data

    run = Run(RunConfig(epochs=1), load_data())
    for event in train(run):
        print(event)

`Runs("checkpoints")` reads what was recorded of runs (engine/library/).

Rooms, from the top: `server/` and `benchmark/`, `export/`, `library/`, `tuning/` and `insight/`, `training/`,
`techniques/`, `data/`, `networks/` and `program/`, `machine/`, `storage/`, `vocabulary/`; each imports only from those
below it (CONTRIBUTING.md, "The house"). What is named here is imported at its first use, so that `import engine` costs
the screen no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.find import load_data
    from engine.export.weights.safetensors_file import load_safetensors
    from engine.library.runs import Runs, SavedRun
    from engine.training.loop import train
    from engine.training.run import Run, resume
    from engine.vocabulary.config import RunConfig

__all__ = [
    "Dataset",
    "Run",
    "RunConfig",
    "Runs",
    "SavedRun",
    "load_data",
    "load_safetensors",
    "resume",
    "train",
]

WHERE = {
    "Dataset": "engine.data.dataset",
    "Run": "engine.training.run",
    "RunConfig": "engine.vocabulary.config",
    "Runs": "engine.library.runs",
    "SavedRun": "engine.library.runs",
    "load_data": "engine.data.find",
    "load_safetensors": "engine.export.weights.safetensors_file",
    "resume": "engine.training.run",
    "train": "engine.training.loop",
}


def __getattr__(name: str) -> Any:
    if name not in WHERE:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(WHERE[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
