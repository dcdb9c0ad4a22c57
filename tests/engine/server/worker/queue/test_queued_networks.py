"""Users' own networks that wait: nothing runs that the user has not named."""

from pathlib import Path

import msgspec
import pytest

from engine.storage.runs.folders import run_names
from engine.storage.runs.queue_file import Queue, write_queue
from engine.vocabulary.messages import Enqueue, Enqueued, QueuedRun
from tests.engine.server.worker.driven_worker import CONFIG, Engine, engine  # noqa: F401  (engine is a fixture)


@pytest.fixture(autouse=True)
def _folder(checkpoints: Path) -> None:
    checkpoints.mkdir(exist_ok=True)


NETWORK = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(784, 10)

    def forward(self, x):
        return torch.log_softmax(self.line(x.flatten(1)), 1)
"""


def test_a_network_whose_file_has_changed_since_does_not_run_by_itself(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(NETWORK)
    answer = engine.tell(Enqueue(config=CONFIG.replace({"model": f"{file}:Net"})))
    assert isinstance(answer, Enqueued)
    file.write_text(NETWORK + "\nchanged = True\n")
    engine.worker.start_queued()
    [left] = engine.worker.queue.queue.runs
    assert left.id == answer.queued
    assert "changed since" in left.problem
    assert run_names(engine.checkpoints) == []


def test_a_queue_that_came_with_a_folder_runs_nobodys_code(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "evil.py"
    file.write_text(NETWORK + f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n")
    config = msgspec.structs.replace(CONFIG, model=f"{file}:Net")
    write_queue(engine.checkpoints, Queue(next=2, runs=(QueuedRun(id=1, config=config),)))
    again = Engine(engine.checkpoints)
    again.worker.start_queued()
    assert "not the file that was queued" in again.worker.queue.queue.runs[0].problem
    assert not (tmp_path / "ran").exists()
