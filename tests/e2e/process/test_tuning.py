"""Tuning with real engines: killed in the middle, two on one journal, on a PostgreSQL, on a MySQL."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import kill_engines
from limits import LIMIT

from engine.storage.paths import sample_file
from engine.storage.runs.folders import run_names
from engine.tuning.opening import join
from engine.tuning.storage import open_storage
from engine.vocabulary.messages import StudyEnded, StudyStarted, TrialSummary, TrialTold, decode_event
from tests.e2e.world import PROGRAM, World

SEARCH = ["--search", "lr=log:1e-4..1e-1", "--search", "batch_size=20,50,100"]


class Tuning:
    """A `mnist-tui tune --json` in a folder of runs of its own, and what it has told so far."""

    def __init__(self, world: World, folder: str, *words: str) -> None:
        self.checkpoints = world.folder / folder
        self.env = {**world.env, "MNIST_TUI_CHECKPOINTS": str(self.checkpoints)}
        self.trials: dict[int, TrialSummary] = {}
        self.ended: StudyEnded | None = None
        self.process = subprocess.Popen(
            [*PROGRAM, "tune", "--json", "--device", "cpu", "--no-notify", *words],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def read(self, enough: int | None = None) -> None:
        """Take in what is told, to the end, or until so many trials have ended."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = decode_event(line.encode())
            if isinstance(event, TrialTold):
                self.trials[event.trial.number] = event.trial
            elif isinstance(event, StudyEnded):
                self.ended = event
            if enough is not None and not isinstance(event, StudyStarted) and len(self.finished) >= enough:
                return

    @property
    def finished(self) -> list[TrialSummary]:
        return [trial for trial in self.trials.values() if trial.state in ("finished", "pruned", "failed")]

    def finish(self) -> None:
        self.read()
        errors = self.process.communicate(timeout=LIMIT)[1]
        assert self.process.returncode == 0, errors

    def kill_engine(self) -> None:
        told = subprocess.run(
            [*PROGRAM, "engine", "status", "--json"],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=True,
        )
        status = json.loads(told.stdout)
        assert status["state"] == "tuning"
        os.kill(status["pid"], signal.SIGKILL)
        errors = self.process.communicate(timeout=LIMIT)[1]
        assert self.process.returncode == 1
        assert "the engine ended" in errors
        assert "continues it" in errors


@pytest.fixture
def tune(world: World) -> Iterator[type]:
    started: list[Tuning] = []

    def start(folder: str, *words: str) -> Tuning:
        started.append(Tuning(world, folder, *words))
        return started[-1]

    yield start  # type: ignore[misc]
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdout, each.process.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.slow
def test_a_study_whose_engine_is_killed_goes_on_and_ends_with_as_many_trials(world: World, tune) -> None:
    words = ("--name", "one", *SEARCH, "--trials", "12", "--epochs", "1")
    for done in (2, 5, 8):
        tuning = tune("checkpoints", *words)
        tuning.read(enough=done)
        tuning.kill_engine()
    tuning = tune("checkpoints", *words)
    tuning.finish()
    assert tuning.ended is not None
    assert tuning.ended.state == "finished"
    kept = [trial for trial in tuning.trials.values() if trial.state != "lost"]
    assert len(kept) == 12
    assert all(trial.state == "finished" for trial in kept)
    assert [trial.base for trial in kept].count(True) == 1
    assert len({json.dumps(trial.changes) for trial in kept}) >= 11
    base = next(trial.accuracy for trial in kept if trial.base)
    assert max(trial.accuracy for trial in kept) > base
    assert run_names(tuning.checkpoints) == []
    listed = json.loads(world.run("studies", "--json").stdout)
    assert [(line["study"], line["trials"], line["target"]) for line in listed] == [("one", 12, 12)]


@pytest.mark.slow
def test_control_c_keeps_what_is_done_and_the_name_continues(world: World, tune) -> None:
    tuning = tune("checkpoints", *SEARCH, "--trials", "6", "--epochs", "1")
    tuning.read(enough=2)
    tuning.process.send_signal(signal.SIGINT)
    tuning.read()
    errors = tuning.process.communicate(timeout=LIMIT)[1]
    assert tuning.process.returncode == 130
    assert "mnist-tui tune --name study-0001" in errors
    again = tune("checkpoints", "--name", "study-0001")
    again.finish()
    assert len([trial for trial in again.trials.values() if trial.state == "finished"]) == 6


def owners(world: World, storage: str) -> set[int]:
    """Return the processes that have ended a trial."""
    study, _ = join(open_storage(world.folder, storage, "shared"), "shared")
    return {trial.user_attrs["engine"]["pid"] for trial in study.trials if trial.values}


def share(world: World, tune, storage: str, trials: int) -> None:
    """Let two engines begin one study at once, and kill one of them when both have trained; the other ends it."""
    words = ("--name", "shared", "--storage", storage, *SEARCH, "--epochs", "2", "--trials", str(trials))
    one, two = tune("one", *words), tune("two", *words)
    two.read(enough=1)
    while len(owners(world, storage)) < 2:
        two.read(enough=len(two.finished) + 1)
        assert two.ended is None
    two.kill_engine()
    one.finish()
    kept = [trial for trial in one.trials.values() if trial.state != "lost"]
    assert len(kept) == trials
    assert all(trial.state in ("finished", "pruned") for trial in kept)
    assert [trial.base for trial in kept].count(True) == 1


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_journal_and_one_takes_over_from_the_other(world: World, tune) -> None:
    share(world, tune, str(world.folder / "shared.journal"), 24)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def database(prepare: list[str], serve: list[str], connect: Callable[[], Any], stop: int) -> Iterator[None]:
    """A database server of its own, for one test and for this machine alone, until the block ends."""
    folder = Path(tempfile.mkdtemp())
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:  # which servers refuse to be
        as_user = {"user": "nobody", "extra_groups": []}
        shutil.chown(folder, "nobody")
    prepare, serve = ([word.replace("FOLDER", str(folder)) for word in words] for words in (prepare, serve))
    subprocess.run(prepare, check=True, capture_output=True, **as_user)
    process = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
    try:
        until = time.monotonic() + LIMIT
        while True:
            try:
                connect().close()
                break
            except Exception:  # a driver's own
                assert time.monotonic() < until
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(stop)
        process.wait(LIMIT)
        shutil.rmtree(folder)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of a database."""
    psycopg = pytest.importorskip("psycopg")
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL is installed")
    port = free_port()
    with database(
        [initdb, "-D", "FOLDER/data", "-A", "trust", "-U", "tuner", "--no-sync"],
        [server, "-D", "FOLDER/data", "-p", f"{port}", "-c", "listen_addresses=127.0.0.1", "-k", "", "-F"],
        lambda: psycopg.connect(f"host=127.0.0.1 port={port} user=tuner dbname=postgres"),
        signal.SIGINT,  # which to PostgreSQL means to end at once, in order
    ):
        yield f"postgresql+psycopg://tuner@127.0.0.1:{port}/postgres"


@pytest.fixture
def mysql() -> Iterator[str]:
    """The URL of a database."""
    pymysql = pytest.importorskip("pymysql")
    install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd")
    if install is None or server is None:
        pytest.skip("no MariaDB is installed")
    port = free_port()
    with database(
        [install, "--no-defaults", "--datadir=FOLDER/data", "--auth-root-authentication-method=normal"],
        [server, "--no-defaults", "--datadir=FOLDER/data", "--socket=FOLDER/socket", f"--port={port}",
         "--bind-address=127.0.0.1", "--skip-grant-tables", "--skip-networking=0"],
        lambda: pymysql.connect(host="127.0.0.1", port=port, user="tuner", database="test"),
        signal.SIGTERM,
    ):  # fmt: skip
        yield f"mysql+pymysql://tuner@127.0.0.1:{port}/test"


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_postgresql(postgresql: str, world: World, tune) -> None:
    share(world, tune, postgresql, 24)
    kill_engines(Path(world.env["XDG_STATE_HOME"]))  # before the database ends


@pytest.mark.slow
def test_what_tuning_finds_is_a_command_that_trains(world: World) -> None:
    words = ["tune", *SEARCH, "--trials", "2", "--epochs", "1", "--device", "cpu", "--data", str(sample_file())]
    done = world.run(*words)
    assert done.returncode == 0, done.stderr
    [command] = done.stdout.splitlines()
    assert command.startswith("mnist-tui train --epochs 1")
    assert f"--data {sample_file()}" in command
    assert "the base:" in done.stderr
    trained = world.run(*command.split()[1:])
    assert trained.returncode == 0, trained.stderr
    assert [run["state"] for run in world.runs()] == ["finished"]


NO_NUMBER = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))

    def forward(self, images):
        return super().forward(images) * (float("nan") if self.training else 1)
"""


@pytest.mark.slow
def test_a_study_without_a_trial_that_was_trained_to_its_end_is_no_success(world: World, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NO_NUMBER)
    done = world.run("tune", "--model", f"{tmp_path}/net.py:Net", "--search", "lr=0.1,0.2", "--trials", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no trial was trained to the end" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--search", "lr=2..1"], "second bound"),
        ([], "nothing to search"),
        (["--name", "x", "--lr", "0.1"], "leave out all other options"),
        (["--search", "lr=0.1..0.2", "--trials", "0"], "--trials"),
        (["--search", "lr=0.1..0.2", "--sampler", "magic"], "--sampler"),
    ],
)
def test_a_search_that_is_none_is_refused_before_anything_starts(world: World, words: list[str], said: str) -> None:
    done = world.run("tune", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not world.checkpoints.exists()


def test_a_name_without_a_study_is_one_line(world: World) -> None:
    done = world.run("tune", "--name", "nothing")
    assert done.returncode == 1
    assert "there is no study 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr
    assert world.run("studies").stdout == ""


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_mysql(mysql: str, world: World, tune) -> None:
    share(world, tune, mysql, 24)
    kill_engines(Path(world.env["XDG_STATE_HOME"]))  # before the database ends
