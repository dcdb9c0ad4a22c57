"""An engine that is there and does not answer: it is not taken for absent, and none is started in its place."""

import asyncio
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import LIMIT

import tui.link.start
import tui.link.waiting
from engine.machine.lock_holder import Holder
from engine.server.single_instance import InstanceLock
from engine.storage.paths import engine_lock
from engine.vocabulary.messages import AskStatus, StatusTold
from tests.tui.link.held_folder import HOST, hurry, instance, says
from tui.link.attach import ask_engine
from tui.link.errors import EngineSilent, EngineUnreachable
from tui.link.start import connect_or_start
from tui.link.stop import kill_engine
from tui.link.waiting import Stopwatch, is_given_up, wait_with_progress

__all__ = ["hurry", "instance"]  # fixtures


@pytest.fixture
def mute(instance: InstanceLock) -> Iterator[Path]:
    """Its engine takes connections, as the system does for a suspended one, and says nothing."""
    with instance.listen() as listener:
        listener.listen()
        yield instance.checkpoints


async def test_status_and_stop_say_that_it_is_there(mute: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineSilent, match=says("is there, but has not answered for", "stop --force")):
        await ask_engine(mute, AskStatus(), StatusTold)
    assert f"waiting for the engine (pid {os.getpid()} on {HOST}), which does not answer" in capsys.readouterr().err


async def test_who_needs_an_engine_waits_and_starts_none_beside_it(mute: Path) -> None:
    told: list[str] = []
    with pytest.raises(EngineSilent, match=says("is there")):
        await connect_or_start(mute, on_wait=told.append)
    assert told
    assert f"(pid {os.getpid()} on {HOST})" in told[0]


async def test_a_lock_without_a_socket_is_an_engine_too(
    instance: InstanceLock, capsys: pytest.CaptureFixture[str]
) -> None:
    for attempt in (
        lambda: connect_or_start(instance.checkpoints),
        lambda: ask_engine(instance.checkpoints, AskStatus(), StatusTold),
    ):
        with pytest.raises(EngineSilent, match=says("is there")):
            await attempt()
    assert "which holds" in capsys.readouterr().err


async def test_without_an_engine_status_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable, match="no engine runs for") as raised:
        await ask_engine(tmp_path, AskStatus(), StatusTold)
    assert not isinstance(raised.value, EngineSilent)


async def test_one_of_another_machine_is_named_and_given_up_soon(mute: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not see who holds a lock over there."""
    monkeypatch.setattr("engine.machine.lock_holder.locked_by", lambda path: 0)
    engine_lock(mute).write_text("77 elsewhere\n")
    monkeypatch.setattr(tui.link.start, "START_LIMIT", math.inf)
    with pytest.raises(EngineSilent, match=r"\(pid 77 on elsewhere\).* runs on elsewhere: use it there"):
        await asyncio.wait_for(connect_or_start(mute), LIMIT)


async def test_force_never_kills_what_the_system_does_not_confirm(mute: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.link.stop.kill", lambda pid, lock: pytest.fail("killed"))
    monkeypatch.setattr("engine.machine.lock_holder.locked_by", lambda path: 0)
    with pytest.raises(EngineSilent, match="the system cannot confirm"):
        await kill_engine(mute, tui.link.waiting.WaitPrinter())


def test_who_cannot_answer_is_given_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Holder(os.getpid(), HOST, True), Holder(5, "elsewhere", False)
    assert not is_given_up(here, 99.0, 120.0)
    assert is_given_up(here, 120.0, 120.0)
    assert is_given_up(there, 99.0, 120.0)
    monkeypatch.setattr("engine.machine.lock_holder.state_of_process", lambda pid: "T")
    assert is_given_up(here, 99.0, 120.0)


async def test_time_in_which_this_program_was_suspended_is_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("tui.link.waiting.time.monotonic", lambda: now)
    waited = Stopwatch()
    now += 1000.0
    assert waited.read() == 2 * tui.link.waiting.TICK


async def test_what_takes_long_is_told_and_what_ends_is_returned() -> None:
    told: list[float] = []
    done = asyncio.Event()

    def late(seconds: float) -> None:
        told.append(seconds)
        done.set()

    assert await wait_with_progress(done.wait(), late) is True
    assert told
    with pytest.raises(TimeoutError):
        await wait_with_progress(asyncio.Event().wait(), late, 0.05)
