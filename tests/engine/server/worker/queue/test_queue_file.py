"""`queue.json`: whole, or refused by name."""

from pathlib import Path

import pytest

from engine.storage.runs.queue_file import QUEUE, Queue, QueueError, read_queue, write_queue
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import MOST_QUEUED, QueuedRun

SHORT = RunConfig(epochs=1)


def test_a_changed_byte_of_the_queue_is_noticed(tmp_path: Path) -> None:
    write_queue(tmp_path, Queue(next=2, runs=(QueuedRun(id=1, config=RunConfig(seed=1)),)))
    path = tmp_path / QUEUE
    path.write_bytes(path.read_bytes().replace(b'"seed":1', b'"seed":2'))
    with pytest.raises(QueueError, match="checksum"):
        read_queue(tmp_path)


def test_the_queue_is_bounded(tmp_path: Path) -> None:
    runs = tuple(QueuedRun(id=i, config=SHORT) for i in range(MOST_QUEUED + 1))
    write_queue(tmp_path, Queue(next=5000, runs=runs[:-1]))
    with pytest.raises(QueueError, match="1,000 runs wait already"):
        write_queue(tmp_path, Queue(next=5000, runs=runs))
    assert len(read_queue(tmp_path).runs) == MOST_QUEUED
