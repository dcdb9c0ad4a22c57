"""The engine downloads a data set that is named, and stops when it is told to."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from idx_files import IDX_NAMES, idx
from limits import LIMIT
from torchvision.datasets import KMNIST, FashionMNIST

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CancelDownload,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    DownloadData,
    LoadData,
    StartRun,
    Stop,
)
from engine.vocabulary.messages.known_data import CLOTHES, KUZUSHIJI
from tests.engine.data.names.made_up import made_up
from tests.engine.data.names.mirror import Mirror
from tests.engine.server.worker.driven_worker import Engine, engine  # noqa: F401  (engine is a fixture)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("MNIST_TUI_DATA", str(tmp_path / "Dataset"))
    server = Mirror()
    contents = {f"{name}.gz": gzip.compress(idx(made_up(10, 60, 30)[key])) for key, name in IDX_NAMES.items()}
    server.files = dict(contents)
    for kind in (FashionMNIST, KMNIST):
        monkeypatch.setattr(kind, "mirrors", [server.url])
        monkeypatch.setattr(
            kind, "resources", [(name, hashlib.md5(content).hexdigest()) for name, content in contents.items()]
        )
    yield server
    server.close()


def test_a_data_set_that_is_loaded_by_name_comes_first_with_its_progress(engine: Engine, mirror: Mirror) -> None:
    engine.load("fashion")
    assert any(event.action.startswith("downloading") for event in engine.sink.of(DataProgress))
    assert engine.sink.of(DataReady)[-1].classes == CLOTHES
    mirror.asked.clear()
    engine.load("fashion")
    assert mirror.asked == []


def test_a_download_that_was_named_is_loaded_once_it_is_there(engine: Engine, mirror: Mirror) -> None:
    engine.done(DownloadData(name="kmnist"))
    command, reply = engine.worker.commands.get(timeout=LIMIT)
    assert isinstance(command, LoadData)
    engine.worker.carry_out(command, reply)
    assert engine.sink.of(DataReady)[-1].classes == KUZUSHIJI


@pytest.mark.parametrize("stop", [CancelDownload(), Stop()])
def test_a_download_stops_although_the_engine_waits_for_it_and_so_does_what_waits(
    engine: Engine, mirror: Mirror, stop: CancelDownload | Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = engine.sink.publish

    def interrupt(event: AnyEvent) -> None:
        if isinstance(event, DataProgress) and engine.worker.commands.empty():
            engine.worker.submit(stop, lambda event: None)
        publish(event)

    monkeypatch.setattr(engine.sink, "publish", interrupt)
    for command in (LoadData(path="fashion"), StartRun(config=RunConfig(data="fashion"))):  # sent before the stop
        answer = engine.tell(command)
        assert isinstance(answer, CommandFailed)
        assert "was cancelled; nothing was kept" in answer.reason
    assert engine.sink.of(DataFailed)
    engine.worker.carry_out(*engine.worker.commands.get(timeout=LIMIT))
    monkeypatch.setattr(engine.sink, "publish", publish)
    engine.load("fashion")


def test_what_is_no_data_set_is_refused_with_those_that_are(engine: Engine) -> None:
    answer = engine.tell(DownloadData(name="imagenet"))
    assert isinstance(answer, CommandFailed)
    assert "'imagenet': is no data set to download; give one of mnist, fashion, kmnist" in answer.reason
