"""Whatever a client sends: it is answered or dropped, and nobody else notices."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import LIMIT

from engine.data.dataset import DataError
from engine.storage.paths import engine_socket
from engine.vocabulary.config import FIELDS, RunConfig
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    AnyCommand,
    AskStatus,
    CancelDownload,
    CommandDone,
    Continue,
    DownloadData,
    EngineReady,
    Evaluate,
    Hello,
    ListRuns,
    LoadData,
    OpenRun,
    Pause,
    Predict,
    PredictFiles,
    ReadHistory,
    ResumeRun,
    RunStarted,
    Shutdown,
    Snapshot,
    StartRun,
    StatusTold,
    Steer,
    Stop,
    decode_event,
    encode,
)
from tests.engine.server.worker.driven_worker import CONFIG, Engine
from tui.link.start import engine_environment

pytestmark = pytest.mark.slow

HELLO = Hello(protocol=PROTOCOL, version="1")
quiet = settings(
    derandomize=True,  # the same inputs in each run: what fails once, fails again
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ids = st.integers(-(2**63), 2**63 - 1)
names = st.one_of(st.sampled_from(["", "1", "0001-seed-cnn", "9", "../..", "0001-seed-cnn/.."]), st.text(max_size=20))
values = st.one_of(st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9))
harmless = [name for name in FIELDS if name not in ("lr", "weight_decay")]  # a run that diverges ends, rightly
changes = st.dictionaries(st.one_of(st.sampled_from(harmless), st.text(max_size=9)), values, max_size=3)

# What no order of arrival may make harmful; Stop and Shutdown are for the worker's own test.
commands: st.SearchStrategy[AnyCommand] = st.one_of(
    st.builds(Hello, id=ids, protocol=st.integers(0, 99), version=st.text(max_size=9)),
    st.builds(LoadData, id=ids, path=names),
    st.builds(CancelDownload, id=ids),
    st.builds(ResumeRun, id=ids, run=names, changes=changes),
    st.builds(Steer, id=ids, changes=changes),
    st.builds(Pause, id=ids),
    st.builds(Continue, id=ids),
    st.builds(Predict, id=ids, start=ids, count=ids, step=ids, only_wrong=st.booleans(), actual=ids, run=names),
    st.builds(PredictFiles, id=ids, paths=st.lists(names, max_size=3), run=names),
    st.builds(Evaluate, id=ids, run=names, data=names),
    st.builds(ListRuns, id=ids),
    st.builds(OpenRun, id=ids, run=names),
    st.builds(ReadHistory, id=ids, run=names),
    st.builds(AskStatus, id=ids),
)
configs = st.builds(RunConfig, epochs=st.integers(1, 2), batch_size=st.integers(20, 200), device=st.just("cpu"))
all_commands = st.one_of(
    commands, st.builds(StartRun, config=configs), st.builds(Stop, force=st.booleans()), st.builds(DownloadData)
)


@settings(quiet, max_examples=40)
@given(orders=st.lists(all_commands, max_size=12))
def test_commands_in_an_impossible_order_are_answered_one_by_one(
    orders: list[AnyCommand], checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: Any) -> None:
        raise DataError("no network")

    monkeypatch.setattr("engine.server.worker.loaded_data.download", no_network)
    engine = Engine(checkpoints)
    for command in [*orders, Shutdown(force=True)]:
        engine.tell(command)  # exactly one answer each, and no exception
        if engine.worker.jobs.live is not None:
            engine.worker.jobs.advance()
    assert engine.worker.handler.ending


# ------------------------------------------------------------------ a real engine


class Target:
    """An engine process with a run in progress."""

    def __init__(self, checkpoints: Path) -> None:
        self.path = str(engine_socket(checkpoints))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", "--checkpoints", str(checkpoints)], env=engine_environment()
        )

    def connect(self) -> socket.socket:
        end = time.monotonic() + LIMIT
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(LIMIT)
            try:
                connection.connect(self.path)
                return connection
            except OSError:
                connection.close()
                assert time.monotonic() < end, "the engine does not answer"
                time.sleep(0.02)

    def ask(self, command: AnyCommand, kind: type) -> Any:
        with self.connect() as connection, connection.makefile("rb") as lines:
            connection.sendall(encode(HELLO) + encode(command))
            for line in lines:
                event = decode_event(line)
                if isinstance(event, kind) and event.reply_to == command.id:
                    return event
        raise AssertionError("the engine closed the connection")

    def wait_for(self, kind: type) -> None:
        with self.connect() as connection, connection.makefile("rb") as lines:
            connection.sendall(encode(HELLO))
            for line in lines:
                event = decode_event(line)
                if isinstance(event, kind) or (
                    isinstance(event, Snapshot) and any(isinstance(each, kind) for each in event.events)
                ):
                    return

    def status(self) -> StatusTold:
        return self.ask(AskStatus(id=5), StatusTold)


@pytest.fixture
def target(checkpoints: Path) -> Iterator[Target]:
    target = Target(checkpoints)
    try:
        target.wait_for(EngineReady)
        assert target.ask(StartRun(id=4, config=CONFIG.replace({"epochs": 100_000})), CommandDone)
        target.wait_for(RunStarted)
        yield target
    finally:
        os.kill(target.process.pid, signal.SIGKILL)
        target.process.wait()


def spoil(line: bytes, position: int, value: int) -> bytes:
    position %= len(line)
    return line[:position] + bytes([value]) + line[position + 1 :]


lines = commands.filter(lambda command: not isinstance(command, Pause)).map(encode)  # the run is to go on
spoilt = st.builds(spoil, lines, st.integers(0, 10_000), st.integers(0, 255))
noise = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"\n" * 1000, b"[" * 100_000 + b"\n", b"x" * (MAX_LINE + 10) + b"\n", b'{"id":1e999}\n', b"\x00"]),
)
streams = st.tuples(
    st.sampled_from([b"", encode(HELLO), encode(Hello(protocol=PROTOCOL + 1, version="0.0")), encode(HELLO) * 2]),
    st.lists(st.one_of(lines, lines, spoilt, noise), max_size=6).map(b"".join),
).map(b"".join)


def torment(target: Target, stream: bytes, piece: int, ending: str) -> None:
    """Send a stream in pieces, then leave in one of the ways there are."""
    with target.connect() as connection, contextlib.suppress(ConnectionError):
        for start in range(0, len(stream) if piece > 1 else min(len(stream), 2000), piece):
            connection.sendall(stream[start : start + piece])
        if ending == "at once":
            return
        connection.shutdown(socket.SHUT_WR)
        if ending == "after the end":
            while connection.recv(65536):
                pass


def test_a_hostile_client_is_dropped_or_answered_and_the_run_goes_on(target: Target) -> None:
    pieces = st.sampled_from([1, 7, 4096, 1 << 22])
    endings = st.sampled_from(["at once", "half closed", "after the end"])

    @settings(quiet, max_examples=200)
    @given(stream=streams, piece=pieces, ending=endings)
    def attack(stream: bytes, piece: int, ending: str) -> None:
        torment(target, stream, piece, ending)

    attack()  # once, for what is only ever allocated once
    rates = []
    before = target.status()
    for disturb in (lambda: time.sleep(1), attack):
        began, step = time.monotonic(), target.status().step
        disturb()
        rates.append((target.status().step - step) / (time.monotonic() - began))
    after = target.status()
    print(f"steps/s {rates[0]:.0f}, attacked {rates[1]:.0f}; memory {before.memory >> 20}, {after.memory >> 20} MiB")
    assert (after.pid, after.run, after.state) == (before.pid, before.run, "training")
    assert after.step > before.step
    assert after.memory - before.memory < 40 * 2**20
    assert after.clients == 1  # who asks


def test_a_flood_of_questions_that_nobody_reads_the_answers_of_keeps_no_run_from_training(target: Target) -> None:
    flood = b"".join(encode(Predict(id=i + 1, start=i, count=100)) for i in range(100_000))
    before = target.status()
    with target.connect() as connection:
        connection.sendall(encode(HELLO))
        connection.setblocking(False)
        sent = 0
        end = time.monotonic() + LIMIT
        while (status := target.status()).step < before.step + 200:
            assert time.monotonic() < end, "the run stands still"
            with contextlib.suppress(BlockingIOError):
                sent += connection.send(flood[sent : sent + 65536])
        assert sent < len(flood)  # the engine stopped listening
        assert status.memory - before.memory < 60 * 2**20
    assert target.status().state == "training"
