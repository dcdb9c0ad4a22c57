"""A run of any network, trained for a moment, in a folder of its own."""

from pathlib import Path

from engine.data.dataset import Dataset
from engine.machine.process_group import ALONE
from engine.networks.own.code import Code
from engine.server.worker.begin_run import begin_run
from engine.training.loop import train
from engine.vocabulary.config import Value
from tests.engine.server.worker.driven_worker import CONFIG


def saved_run(folder: Path, digits: Dataset, model: str, **changes: Value) -> tuple[Path, Code | None]:
    """Train the run number 1 of a new folder of runs; return that folder, and the code of an own network."""
    checkpoints = folder / "checkpoints"
    run, log = begin_run(
        checkpoints, CONFIG.replace({"model": model, "epochs": 1, **changes}), digits.first(100), ALONE
    )
    list(train(run))
    log.close("finished", run.step)
    return checkpoints, run.code
