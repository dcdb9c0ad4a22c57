"""The real engine process, attached to as the screen does it."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT

from engine.storage.paths import engine_lock, engine_socket
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    ALREADY_SERVED,
    AskStatus,
    CommandDone,
    DataReady,
    EngineReady,
    EpochDone,
    Predict,
    Predicted,
    ResumeRun,
    RunEnded,
    RunStarted,
    Shutdown,
    Snapshot,
    StartRun,
    StatusTold,
    StepsDone,
    Stop,
)
from tests.engine.server.attached import Attached, gone
from tui.link.errors import CommandRefused
from tui.link.start import connect_or_start, engine_environment
from tui.link.waiting import engine_is_running

RUN = "0001-seed-cnn"
SHORT = RunConfig(epochs=1, batch_size=50, device="cpu")
ENDLESS = RunConfig(epochs=100_000, batch_size=20, device="cpu")


async def test_a_screen_leaves_comes_back_and_has_it_all(checkpoints: Path) -> None:
    first = await Attached.to(checkpoints)
    pid = first.client.welcome.pid
    ready = await first.until(EngineReady, news=False)
    assert ready.torch
    assert (await first.until(DataReady, news=False)).train == 200
    await first.session.ask(StartRun(config=SHORT), CommandDone)
    await first.until(RunEnded, lambda event: event.state == "finished")

    # A run that goes on while nobody looks.
    await first.session.ask(StartRun(config=ENDLESS), CommandDone)
    await first.until(EpochDone, lambda event: event.run != RUN)
    with pytest.raises(CommandRefused, match="already training"):
        await first.session.ask(StartRun(config=SHORT), CommandDone)
    await first.leave()

    second = await Attached.to(checkpoints)
    assert second.client.welcome.pid == pid
    later = await second.until(EpochDone, lambda event: event.epoch >= 3)
    known = second.run_events()
    assert isinstance(known[0], RunStarted)
    assert known[0].run == "0002-seed-cnn"
    assert [event.epoch for event in known if isinstance(event, EpochDone)] == list(range(1, later.epoch + 1))
    assert sum(event.steps for event in known if isinstance(event, StepsDone)) == 10 * later.epoch

    # Two screens at once, and a question in the middle of training.
    third = await Attached.to(checkpoints)
    answer = await second.session.ask(Predict(start=5, count=2), Predicted)
    assert [digit.index for digit in answer.digits] == [5, 6]
    status = await third.session.ask(AskStatus(), StatusTold)
    assert (status.pid, status.state, status.run, status.clients) == (pid, "training", "0002-seed-cnn", 2)

    await second.session.ask(Stop(), CommandDone)
    stopped = await third.until(RunEnded)
    assert stopped.state == "stopped"
    assert load_checkpoint(checkpoints / "0002-seed-cnn" / "last.pt")["position"]["step"] == stopped.step
    epoch = read_record(checkpoints / "0002-seed-cnn").epoch
    await third.session.ask(ResumeRun(run="2", changes={"epochs": epoch + 2}), CommandDone)
    resumed = await third.until(RunStarted)
    assert resumed.step == stopped.step
    assert (await third.until(RunEnded)).state == "finished"

    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine", "--checkpoints", str(checkpoints), env=engine_environment()
    )
    assert await asyncio.wait_for(other.wait(), LIMIT) == ALREADY_SERVED

    assert engine_socket(checkpoints).exists()
    assert engine_socket(checkpoints).stat().st_mode & 0o777 == 0o600
    await third.session.ask(Shutdown(), CommandDone)
    await second.ended()
    await gone(checkpoints)
    assert not engine_socket(checkpoints).exists()
    for screen in (second, third):
        await screen.leave()


@pytest.mark.slow
async def test_a_terminated_engine_saves_and_a_killed_one_is_found_out(checkpoints: Path) -> None:
    first = await Attached.to(checkpoints)
    await first.session.ask(StartRun(config=ENDLESS), CommandDone)
    await first.until(EpochDone)
    os.kill(first.client.welcome.pid, signal.SIGHUP)  # of a terminal that is gone: no concern of an engine
    await first.until(EpochDone)
    os.kill(first.client.welcome.pid, signal.SIGTERM)
    assert (await first.until(RunEnded)).state == "stopped"
    await first.ended()
    await gone(checkpoints)
    record = read_record(checkpoints / RUN)
    assert record.state == "stopped"
    assert load_checkpoint(checkpoints / RUN / "last.pt")["position"]["step"] == record.step
    assert not engine_socket(checkpoints).exists()

    second = await Attached.to(checkpoints)
    await second.session.ask(ResumeRun(run=RUN), CommandDone)
    resumed = await second.until(RunStarted)
    assert resumed.step == record.step
    await second.until(EpochDone, lambda event: event.epoch > resumed.epoch + 1)
    os.kill(second.client.welcome.pid, signal.SIGKILL)
    await second.ended()
    await gone(checkpoints)
    assert read_record(checkpoints / RUN).state == "running"  # it could not say anything any more
    assert engine_socket(checkpoints).exists()

    third = await Attached.to(checkpoints)
    await third.until(EngineReady, news=False)
    assert read_record(checkpoints / RUN).state == "interrupted"
    saved = load_checkpoint(checkpoints / RUN / "last.pt")["position"]
    assert saved["epoch"] > resumed.epoch
    await third.session.ask(ResumeRun(run=RUN, changes={"epochs": saved["epoch"] + 1}), CommandDone)
    assert (await third.until(RunStarted)).step == saved["step"]
    assert (await third.until(RunEnded)).state == "finished"
    epochs = [event.epoch for event in EventReader(checkpoints / RUN) if isinstance(event, EpochDone)]
    assert sorted(set(epochs)) == list(range(1, saved["epoch"] + 2))  # none skipped
    await third.session.ask(Shutdown(), CommandDone)
    await gone(checkpoints)
    for screen in (first, second, third):
        await screen.leave()


async def test_an_engine_with_nothing_to_do_and_nobody_there_ends(checkpoints: Path) -> None:
    screen = await Attached.to(checkpoints, idle_exit=0.05)
    await screen.until(DataReady, news=False)
    assert engine_is_running(checkpoints)
    await screen.leave()
    await gone(checkpoints)
    assert not engine_socket(checkpoints).exists()


async def test_an_engine_that_is_told_to_end_at_once_does_so(checkpoints: Path) -> None:
    """Before torch is imported, or after: either way it answers."""
    screen = await Attached.to(checkpoints)
    await screen.session.ask(Shutdown(), CommandDone)
    await screen.ended()
    await gone(checkpoints)
    await screen.leave()


async def test_the_first_of_two_that_start_together_wins_and_both_are_served(checkpoints: Path) -> None:
    one, two = await asyncio.gather(Attached.to(checkpoints), Attached.to(checkpoints))
    assert one.client.welcome.pid == two.client.welcome.pid
    assert int(engine_lock(checkpoints).read_text().split()[0]) == one.client.welcome.pid
    await one.leave()
    await two.leave()


def test_an_engine_without_a_safe_place_says_so(checkpoints: Path, tmp_path: Path) -> None:
    state = tmp_path / "open"
    (state / "mnist-tui").mkdir(parents=True)
    (state / "mnist-tui").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "engine", "--checkpoints", str(checkpoints)],
        env={**engine_environment(), "XDG_STATE_HOME": str(state)},
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "is open to other users (mode 755); chmod 700 it" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_snapshot_is_the_first_thing_heard(checkpoints: Path) -> None:
    client = await connect_or_start(checkpoints)
    async for event in client.events():
        assert isinstance(event, Snapshot)
        break
    os.kill(client.welcome.pid, signal.SIGKILL)
    await gone(checkpoints)
    await client.close()


async def test_what_lies_in_the_present_folder_is_not_taken_for_a_library(
    checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder may come from anybody; `python -m` would look into it first."""
    for name in ("numpy", "torch", "msgspec"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    screen = await Attached.to(checkpoints)
    assert (await screen.until(EngineReady, news=False)).device == "cpu"
    await screen.leave()
    assert not (tmp_path / "ran").exists()
