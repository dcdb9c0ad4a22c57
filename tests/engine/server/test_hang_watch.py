"""An engine whose training thread never returns still ends when it is told to, and says what that costs."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_engine import READY, RUN, started, steps
from limits import LIMIT

import engine.server.hang_watch
from engine.machine.activity import ACTIVITY, STEP, Activity
from engine.server.broadcast import Broadcast
from engine.server.hang_watch import FORCED, GRACE, HANGING, LEAVING, NO_STEP, OTHER, SLOW, HangWatch
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import AskStatus, CommandDone, CommandFailed, RunEnded, Shutdown, StatusTold, Stop
from tests.engine.server.running_server import FakeWorker, RunningServer
from tests.engine.storage.runs.records import record


@pytest.fixture(autouse=True)
def activity(monkeypatch: pytest.MonkeyPatch) -> Activity:
    """The training thread's, as if it were in the middle of a step."""
    activity = Activity()
    for module in ("engine.server.hang_watch", "engine.server.command_router"):
        monkeypatch.setattr(f"{module}.ACTIVITY", activity)
    activity.begin(STEP)
    return activity


@pytest.fixture
def watch(tmp_path: Path, activity: Activity) -> HangWatch:
    return HangWatch(tmp_path, Broadcast(asyncio.new_event_loop()), lambda: ("", 0, 0))


def test_a_step_that_takes_long_is_told_only_where_steps_usually_do_not(watch: HangWatch, activity: Activity) -> None:
    watch.pass_time(NO_STEP)
    assert watch.stalled == NO_STEP
    activity.usual_step = NO_STEP
    assert watch.stalled == 0
    watch.pass_time(SLOW * NO_STEP)
    assert watch.stalled == NO_STEP + SLOW * NO_STEP
    activity.begin(STEP)
    watch.pass_time(0.5)
    assert watch.stalled == 0


@pytest.mark.parametrize("doing", ["", "saving", "testing the network", "loading data"])
def test_only_a_run_that_should_make_steps_is_said_to_make_none(
    watch: HangWatch, activity: Activity, doing: str
) -> None:
    activity.begin(doing)
    watch.pass_time(0.0)
    watch.pass_time(1000.0)
    assert watch.stalled == 0


def test_an_end_waits_for_a_slow_step_and_not_for_a_hang(watch: HangWatch, activity: Activity) -> None:
    watch.expect(None)
    watch.pass_time(GRACE - 1)
    assert not watch.overdue
    activity.usual_step = GRACE
    watch.pass_time(HANGING * GRACE - GRACE)
    assert not watch.overdue
    watch.pass_time(2)
    assert watch.overdue


def test_a_hang_that_is_known_for_long_still_gives_the_end_a_moment(watch: HangWatch) -> None:
    watch.pass_time(10 * GRACE)
    watch.expect(None)
    assert not watch.overdue
    watch.pass_time(FORCED)
    assert watch.overdue


@pytest.mark.parametrize("doing", ["saving", "testing the network", "loading data"])
def test_an_end_waits_for_what_may_rightly_take_long_unless_it_is_forced(
    watch: HangWatch, activity: Activity, doing: str
) -> None:
    activity.begin(doing)
    watch.pass_time(0.0)
    patient = watch.expect(None)
    watch.pass_time(OTHER - 1)
    assert not watch.overdue
    watch.fulfil(patient, leaving=False)
    watch.expect(FORCED)
    watch.pass_time(FORCED)
    assert watch.overdue


def test_a_forced_end_leaves_a_thread_that_is_on_its_way_some_more_time(watch: HangWatch, activity: Activity) -> None:
    watch.expect(FORCED)
    watch.pass_time(FORCED - 1)
    activity.begin("saving")
    watch.pass_time(2)
    assert not watch.overdue
    watch.pass_time(FORCED)
    assert watch.overdue


def test_what_was_carried_out_ends_nothing_and_what_is_leaving_has_to_be_gone_soon(watch: HangWatch) -> None:
    stop = watch.expect(FORCED)
    watch.fulfil(stop, leaving=False)
    watch.pass_time(100.0)
    assert not watch.overdue
    shutdown = watch.expect(FORCED)
    watch.fulfil(shutdown, leaving=True)
    watch.pass_time(LEAVING - 1)
    assert not watch.overdue
    watch.pass_time(1)
    assert watch.overdue


# ----------------------------------------------------------- behind the socket


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[RunningServer]":
    monkeypatch.setattr(engine.server.hang_watch, "LOOK", 0.01)
    address = tmp_path / "socket"
    running = RunningServer(tmp_path, address)
    server = await asyncio.start_unix_server(running.server._attend, str(address))
    watching = asyncio.create_task(running.server.router.hang_watch.watch())
    yield running
    watching.cancel()
    server.close()
    for screen in running.screens:
        screen.writer.close()


class Hung(FakeWorker):
    live_run, live_runs, waits_for = (RUN, 57, 17), frozenset({RUN}), ""


@pytest.mark.parametrize("command", [Shutdown(force=True, id=1), Stop(force=True, id=1), signal.SIGTERM])
async def test_a_hung_engine_ends_itself_records_it_and_says_what_is_lost(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch, command: Shutdown | Stop | signal.Signals
) -> None:
    status = asyncio.get_running_loop().create_future()
    for name, value in {"FORCED": 0.02, "TERMINATED": 0.02, "HANGING": 0.0, "exit_now": status.set_result}.items():
        monkeypatch.setattr(engine.server.hang_watch, name, value)
        if name != "exit_now":
            monkeypatch.setattr(f"engine.server.command_router.{name}", value)
    folder = running.server.checkpoints / RUN
    folder.mkdir()
    RunLog(folder, record(run=RUN)).save_record()
    running.server.router.employ(Hung())
    await running.say(READY, started(), steps(57, [1.0]))
    screen, _ = await running.attach()
    if isinstance(command, signal.Signals):
        running.server.router.terminate()
    else:
        screen.send(command)
    ended = await screen.next(RunEnded)
    assert (ended.run, ended.step, ended.state) == (RUN, 57, "interrupted")
    assert "no step for" in ended.reason
    assert "the engine was ended; 17 steps since the last checkpoint are lost" in ended.reason
    assert await asyncio.wait_for(status, LIMIT) == 1
    kept = read_record(folder)
    assert (kept.state, kept.step, kept.reason) == ("interrupted", 57, ended.reason)


async def test_an_engine_that_obeys_is_not_ended_by_the_watch(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.command_router.FORCED", 1000.0)
    worker = FakeWorker()
    running.server.router.employ(worker)
    screen, _ = await running.attach()
    screen.send(Stop(force=True, id=4), Stop(id=5))
    await worker.until(2)
    assert len(running.server.router.hang_watch.endings) == 2
    worker.received[0][1](CommandDone(reply_to=4))
    worker.received[1][1](CommandFailed(reason="no run is training", reply_to=5))
    await screen.next(CommandDone)
    await screen.next(CommandFailed)
    assert running.server.router.hang_watch.endings == []


async def test_status_tells_what_is_done_and_for_how_long_no_step_was_made(running: RunningServer) -> None:
    running.server.router.employ(Hung())
    await running.say(READY, started(), steps(50, [1.0]))  # the last that were reported
    screen, _ = await running.attach()
    running.server.router.hang_watch.pass_time(12.0)
    told = await screen.ask(AskStatus(), StatusTold)
    assert (told.doing, told.step, told.unsaved) == (STEP, 57, 17)
    assert told.stalled >= 12


def test_the_activity_of_this_process_knows_how_long_steps_take() -> None:
    activity = Activity()
    assert ACTIVITY is not activity
    activity.begin(STEP)
    activity.begin(STEP)
    assert activity.usual_step > 0
    usual = activity.usual_step
    activity.begin("saving")
    activity.begin("testing the network")
    assert activity.usual_step >= usual * 0.9
    assert activity.count == 4
