"""MLflow, read back by its own client: from files, and from a real server."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.engine.tracking.made_runs import KILLED, RESUMED, RUN, TWO_EPOCHS, log, make_run

pytest.importorskip("mlflow", reason="the client of MLflow is not installed: pip install 'mnist-tui[mlflow]'")

from mlflow import MlflowClient

from engine.tracking.cursor import cursor_path
from engine.tracking.sender import Sender
from engine.tracking.trackers import trust

ALL = list(range(1, 81))
SERVER = all(find_spec(name) for name in ("alembic", "flask", "flask_cors", "sqlalchemy"))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store without a server."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return f"file://{tmp_path}/store"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """The address of a real server on loopback, and what starts it; ended with the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database, artifacts = f"sqlite:///{tmp_path}/mlflow.db", str(tmp_path / "artifacts")
    words = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--backend-store-uri", database, "--artifacts-destination", artifacts]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        log = open(tmp_path / "server.log", "wb")  # noqa: SIM115  (of the process)
        started.append(subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True))
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
            except OSError:
                assert started[-1].poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.2)  # there is no event to wait for
            else:
                return

    yield f"http://127.0.0.1:{port}", start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def sent(folder: Path, target: str) -> Sender:
    trust(f"mlflow={target}")
    sender = Sender(folder, "mlflow", target)
    sender.send()
    sender.close()
    return sender


def the_run(target: str) -> tuple[MlflowClient, Any]:
    client = MlflowClient(tracking_uri=target)
    (run,) = client.search_runs([client.get_experiment_by_name("mnist-tui").experiment_id])
    return client, run


def check(target: str) -> None:
    """Check that there is one run, and all of it is there once."""
    client, run = the_run(target)
    assert (run.info.run_name, run.info.status) == (RUN, "FINISHED")
    losses = client.get_metric_history(run.info.run_id, "train/loss")
    assert sorted((each.step, each.value) for each in losses) == [(step, step / 10) for step in ALL]
    assert [each.step for each in client.get_metric_history(run.info.run_id, "epoch/test_accuracy")] == [40, 80]
    assert (run.data.params["epochs"], run.data.params["lr"]) == ("3", "0.001")
    pictures = [file.path for file in client.list_artifacts(run.info.run_id, "confusion")]
    assert pictures == ["confusion/epoch-0001.png", "confusion/epoch-0002.png"]


def test_scalars_pictures_steering_and_hyperparameters_are_read_back(tmp_path: Path, files: str) -> None:
    told = sent(make_run(tmp_path, TWO_EPOCHS), files).told
    assert (told.problem, told.done) == ("", True)
    check(files)
    client, run = the_run(files)
    assert [each.value for each in client.get_metric_history(run.info.run_id, "steering/lr")] == [0.5]
    assert "step 40: lr: 0.001 -> 0.5" in run.data.tags["mnist_tui.notes"]
    assert run.data.tags["mnist_tui.network"] == "seed-cnn"


def test_a_run_whose_cursor_was_lost_is_found_again_and_nothing_is_sent_twice(tmp_path: Path, files: str) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS[:-1], "running")
    sent(folder, files)
    cursor_path(folder, "mlflow").unlink()
    log(folder, TWO_EPOCHS[-1:])
    sent(folder, files)
    check(files)


def test_a_resumed_run_goes_on_in_the_same_run(tmp_path: Path, files: str) -> None:
    folder = make_run(tmp_path, KILLED, "interrupted")
    sent(folder, files)
    assert the_run(files)[1].info.status == "FAILED"
    make_run(tmp_path, RESUMED)
    sent(folder, files)
    check(files)


@pytest.mark.slow
@pytest.mark.skipif(not SERVER, reason="the server of MLflow is not installed: pip install flask flask-cors")
def test_a_server_that_was_down_gets_all_of_it_once(tmp_path: Path, server: tuple[str, Any]) -> None:
    target, start = server
    folder = make_run(tmp_path, TWO_EPOCHS)
    assert sent(folder, target).problem == "the connection was refused: nothing listens there"
    start()
    told = sent(folder, target).told
    assert (told.problem, told.done) == ("", True)
    assert told.where.startswith(f"{target}/#/experiments/")
    check(target)


@pytest.mark.slow
@pytest.mark.skipif(not SERVER, reason="the server of MLflow is not installed: pip install flask flask-cors")
def test_an_answer_that_is_lost_puts_nothing_there_twice(
    tmp_path: Path, server: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks before the tag that says that a batch is there."""
    target, start = server
    start()
    folder = make_run(tmp_path, TWO_EPOCHS)
    whole = MlflowClient.log_batch

    def cut(self: MlflowClient, *args: Any, **named: Any) -> Any:
        if named.get("tags"):
            raise ConnectionError("timed out")
        return whole(self, *args, **named)

    monkeypatch.setattr(MlflowClient, "log_batch", cut)
    assert sent(folder, target).problem == "no answer in time"
    monkeypatch.setattr(MlflowClient, "log_batch", whole)
    assert sent(folder, target).problem == ""
    check(target)
