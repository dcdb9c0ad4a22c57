"""Commands behind a real Unix socket: what is answered without the worker, and what goes to it."""

import asyncio
import os
from pathlib import Path

import pytest
from fake_engine import READY, RUN, epoch_done, started, steps
from limits import LIMIT

from engine.server.connection import OPEN_QUESTIONS
from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.trash import delete_run, list_trash
from engine.vocabulary.messages import (
    AskBelief,
    AskConfusion,
    AskStatus,
    BeliefTold,
    CloseRun,
    CommandDone,
    CommandFailed,
    ConfusionTold,
    DeleteRun,
    EmptyTrash,
    EpochDone,
    HistoryRead,
    ListRuns,
    LoadData,
    OpenRun,
    Paused,
    Predict,
    Predicted,
    ReadHistory,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunsListed,
    RunStarted,
    Shutdown,
    StatusTold,
    Stop,
)
from tests.engine.insight.beliefs.kept_epochs import kept
from tests.engine.server.running_server import RunningServer, running  # noqa: F401  (running is a fixture)
from tests.engine.storage.runs.records import record


async def test_a_client_that_asks_without_end_and_never_reads_is_not_heard_further(running: RunningServer) -> None:
    worker = running.employ()
    screen, _ = await running.attach()
    other, _ = await running.attach()
    screen.send(*(Predict(start=i, id=i) for i in range(1, 500)))
    await worker.until(OPEN_QUESTIONS)
    assert (await other.ask(AskStatus(), StatusTold)).clients == 2
    assert len(worker.received) == OPEN_QUESTIONS
    for i in range(499):  # each answer that is taken lets one more command in
        await worker.until(i + 1)
        command, reply = worker.received[i]
        reply(CommandDone(reply_to=command.id))
        assert (await screen.next(CommandDone)).reply_to == i + 1


async def test_commands_go_to_the_worker_and_answers_to_their_sender_alone(running: RunningServer) -> None:
    worker = running.employ()
    await running.say(READY)
    (asking, _), (other, _) = await running.attach(), await running.attach()
    asking.send(Predict(start=4, id=17))
    await worker.until(1)
    command, reply = worker.received[0]
    assert command == Predict(start=4, id=17)
    reply(Predicted(run=RUN, step=9, digits=[], reply_to=17))
    assert await asking.next(Predicted) == Predicted(run=RUN, step=9, digits=[], reply_to=17)
    await running.say(epoch_done(1))
    assert await other.next(EpochDone) == epoch_done(1)  # nothing came before it


async def test_commands_before_there_is_a_worker_wait_for_it_in_order(running: RunningServer) -> None:
    screen, _ = await running.attach()
    screen.send(LoadData(path="/d", id=1), Predict(start=3, id=2))
    assert (await screen.ask(AskStatus(), StatusTold)).state == "starting"
    worker = running.employ()
    screen.send(Stop(id=3))
    await worker.until(3)
    assert worker.commands == [LoadData(path="/d", id=1), Predict(start=3, id=2), Stop(id=3)]
    worker.received[0][1](CommandDone(reply_to=1))
    assert (await screen.next(CommandDone)).reply_to == 1


async def test_an_engine_that_still_starts_ends_when_told_and_says_so(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = asyncio.get_running_loop().create_future()
    monkeypatch.setattr("engine.server.command_router.os._exit", status.set_result)
    screen, _ = await running.attach()
    screen.send(Shutdown(id=8))
    assert (await screen.next(CommandDone)).reply_to == 8
    assert await asyncio.wait_for(status, LIMIT) == 0


async def test_status_is_told_without_the_worker(running: RunningServer) -> None:
    running.employ()
    await running.say(READY, started(), steps(50, [1.0]))
    screen, _ = await running.attach()
    status = await screen.ask(AskStatus(id=5), StatusTold)
    assert (status.reply_to, status.state, status.run, status.step, status.clients) == (5, "training", RUN, 50, 1)
    assert status.pid == os.getpid()
    assert status.memory > 10_000_000
    await running.say(epoch_done(1), Paused(run=RUN, step=50))
    await screen.next(EpochDone)
    await screen.next(Paused)
    assert (await screen.ask(AskStatus(), StatusTold)).state == "paused"
    await running.say(RunEnded(run=RUN, step=50, time=1.0, state="failed", reason="no disk"))
    await screen.next(RunEnded)
    status = await screen.ask(AskStatus(), StatusTold)
    assert (status.state, status.last_error, status.epoch) == ("idle", "no disk", 1)


def make_run(checkpoints: Path, epochs: int) -> str:
    folder = create_folder(checkpoints, "seed-cnn")
    log = RunLog(folder, record(run=folder.name))
    log.write(started(run=folder.name))
    for epoch in range(1, epochs + 1):
        log.write(epoch_done(epoch, run=folder.name))
    log.close("stopped", 40 * epochs)
    return folder.name


async def test_runs_are_listed_and_opened_without_the_worker(running: RunningServer) -> None:
    screen, _ = await running.attach()
    assert (await screen.ask(ListRuns(id=2), RunsListed)).runs == []
    name = make_run(running.server.checkpoints, 3)
    events = running.server.checkpoints / name / "events.jsonl"
    events.write_bytes(events.read_bytes() + b"noise\n")
    [summary] = (await screen.ask(ListRuns(id=3), RunsListed)).runs
    assert (summary.run, summary.state, summary.epoch) == (name, "stopped", 3)
    opened = await screen.ask(OpenRun(run="1", id=4), RunOpened)
    assert (opened.reply_to, opened.first, opened.last, opened.skipped) == (4, True, True, 1)
    assert opened.summary == summary
    assert [type(event) for event in opened.history] == [RunStarted, EpochDone, EpochDone, EpochDone]


async def test_the_history_of_a_run_is_read_to_be_drawn_beside_others(running: RunningServer) -> None:
    screen, _ = await running.attach()
    name = make_run(running.server.checkpoints, 3)
    read = await screen.ask(ReadHistory(run=name, id=5), HistoryRead)
    assert (read.run, read.reply_to, read.first, read.last, read.problem) == (name, 5, True, True, "")
    assert [type(event) for event in read.history] == [RunStarted, EpochDone, EpochDone, EpochDone]
    missing = await screen.ask(ReadHistory(run="0009-mlp", id=6), HistoryRead)
    assert (missing.run, missing.history, missing.last) == ("0009-mlp", [], True)
    assert "there is no run" in missing.problem


async def test_what_a_run_thought_is_answered_without_the_worker_of_the_live_run_or_the_latest(
    running: RunningServer,
) -> None:
    first, second = (make_run(running.server.checkpoints, 1) for _ in range(2))
    for name, epochs in ((first, 2), (second, 3)):
        kept(running.server.checkpoints / name, epochs)
    screen, _ = await running.attach()
    latest = await screen.ask(AskBelief(index=3, id=4), BeliefTold)
    assert (latest.run, latest.reply_to, latest.epochs, latest.label) == (second, 4, [1, 2, 3], 3)
    named = await screen.ask(AskConfusion(run="1", id=5), ConfusionTold)
    assert (named.run, named.epoch, sum(map(sum, named.confusion))) == (first, 2, 20)
    running.employ().live_run = first, 40, 0
    assert (await screen.ask(AskBelief(index=3), BeliefTold)).run == first


async def test_a_question_about_what_was_not_kept_is_refused_in_words(running: RunningServer) -> None:
    name = make_run(running.server.checkpoints, 1)
    screen, _ = await running.attach()
    for run, problem in ((name, "has no beliefs.bin"), ("9", "there is no run"), ("../x", "there is no run")):
        assert problem in (await screen.ask(AskBelief(run=run, index=3, id=4), CommandFailed)).reason
    kept(running.server.checkpoints / name, 1)
    for index in (20, 2**31 - 1):
        assert "give 0 to 19" in (await screen.ask(AskBelief(index=index), CommandFailed)).reason


@pytest.mark.parametrize("name", ["0009-seed-cnn", "../secret", "9" * 5000])
async def test_a_run_that_is_not_there_is_refused_and_the_client_stays(running: RunningServer, name: str) -> None:
    make_run(running.server.checkpoints, 1)
    screen, _ = await running.attach()
    refused = await screen.ask(OpenRun(run=name, id=6), CommandFailed)
    assert refused.reply_to == 6
    assert "there is no run" in refused.reason
    assert len((await screen.ask(ListRuns(), RunsListed)).runs) == 1


async def test_a_run_that_another_screen_shows_is_not_deleted(running: RunningServer) -> None:
    worker = running.employ()
    name = make_run(running.server.checkpoints, 1)
    (one, _), (other, _) = await running.attach(), await running.attach()
    await one.ask(OpenRun(run=name), RunOpened)
    refused = await other.ask(DeleteRun(run="1", id=5), CommandFailed)
    assert refused.reason == f"another screen shows run {name}; close it there first"
    one.send(DeleteRun(run=name, id=6))  # itself may
    await worker.until(1)
    await one.ask(CloseRun(id=7), CommandDone)
    other.send(DeleteRun(run="1", id=8))
    await worker.until(2)
    assert worker.commands == [DeleteRun(run=name, id=6), DeleteRun(run="1", id=8)]


async def test_a_run_that_was_deleted_is_shown_by_no_screen_any_more(running: RunningServer) -> None:
    worker = running.employ()
    name = make_run(running.server.checkpoints, 1)
    (one, _), (other, _) = await running.attach(), await running.attach()
    await one.ask(OpenRun(run=name), RunOpened)
    await running.say(RunsChanged(deleted=name))  # and then restored, perhaps
    await one.next(RunsChanged)
    other.send(DeleteRun(run="1", id=5))
    await worker.until(1)


async def test_a_screen_that_leaves_or_is_shown_a_new_run_keeps_no_run_from_being_deleted(
    running: RunningServer,
) -> None:
    worker = running.employ()
    name = make_run(running.server.checkpoints, 1)
    (leaving, _), (other, _) = await running.attach(), await running.attach()
    await other.ask(OpenRun(run=name), RunOpened)
    await running.say(started())
    await other.next(RunStarted)
    await leaving.next(RunStarted)
    await leaving.ask(OpenRun(run=name), RunOpened)
    leaving.writer.close()
    third, _ = await running.attach()
    while len(running.server.broadcast.clients) > 2:
        await third.ask(AskStatus(), StatusTold)
    third.send(DeleteRun(run=name, id=8))
    await worker.until(1)


async def test_the_trash_is_emptied_without_the_worker(running: RunningServer) -> None:
    checkpoints = running.server.checkpoints
    delete_run(checkpoints / make_run(checkpoints, 1))
    screen, _ = await running.attach()
    assert (await screen.ask(EmptyTrash(id=3), CommandDone)).reply_to == 3
    assert list_trash(checkpoints) == []
    (checkpoints / ".trash").rmdir()
    (checkpoints / ".trash").symlink_to(checkpoints)
    assert "is not a plain folder" in (await screen.ask(EmptyTrash(id=4), CommandFailed)).reason
