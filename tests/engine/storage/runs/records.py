"""A record of a run, for tests that need one."""

from engine.storage.runs.folders import (
    RunRecord,
)
from engine.vocabulary.config import RunConfig

RUN = "0001-seed-cnn"


def record(state: str = "running", run: str = RUN) -> RunRecord:
    return RunRecord(
        run=run,
        state=state,
        started=1.0,
        config=RunConfig(epochs=3),
        device="cpu",
        data="f00d",
        data_path="/data",
        sample=True,
        versions={},
    )
