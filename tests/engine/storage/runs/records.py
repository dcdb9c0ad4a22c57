"""A record of a run, and a folder that has one, for tests that need them."""

from pathlib import Path

from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord
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


def make_run(checkpoints: Path, state: str = "running") -> tuple[Path, RunLog]:
    folder = create_folder(checkpoints, "seed-cnn")
    return folder, RunLog(folder, record(state, folder.name))


def finished_run(checkpoints: Path) -> Path:
    folder, log = make_run(checkpoints)
    log.close("finished", 12)
    (folder / "last.pt").write_bytes(b"weights")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
