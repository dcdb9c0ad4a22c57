"""The processes of a pool: begun, told, lost, and those that rest."""

from pathlib import Path

import pytest

from engine.server.pool.commands import taken
from engine.server.pool.trials import search
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import (
    AnyEvent,
    CheckpointSaved,
    CommandDone,
    CommandFailed,
    Continue,
    DeleteRun,
    EditRun,
    Pause,
    RunBegun,
    RunEnded,
    RunTold,
    StartRun,
    StartStudy,
    Steer,
    StepsDone,
    Stop,
    StudyEnded,
)
from tests.engine.server.worker.pool.fake_jobs import CONFIG, FakePool, record, started

A, B = "0001-seed-cnn", "0002-seed-cnn"


@pytest.fixture
def pool(tmp_path: Path) -> FakePool:
    for run in (A, B):
        record(tmp_path, run)
    return FakePool(tmp_path)


def test_a_run_begins_in_a_process_of_its_own_and_its_events_are_told_as_those_of_one_of_several(
    pool: FakePool,
) -> None:
    answers: list[AnyEvent] = []
    assert taken(pool, StartRun(config=CONFIG, jobs=2, id=7), answers.append, "")
    [job] = pool.jobs
    job.begin(A)
    assert answers == [RunBegun(run=A, reply_to=7)]
    assert pool.events == [RunTold(told=started(A))]
    assert list(pool.runs) == [A]


def test_a_process_that_has_nothing_to_do_gets_the_next_run(pool: FakePool) -> None:
    job = pool.begin(A)
    job.says(RunEnded(run=A, step=8, time=2.0, state="finished"))
    assert pool.runs == {}
    assert pool.begin(B) is job
    assert len(pool.jobs) == 1


def test_no_more_runs_begin_than_are_to_train_at_once(pool: FakePool) -> None:
    pool.begin(A)
    pool.begin(B)
    answers: list[AnyEvent] = []
    assert taken(pool, StartRun(config=CONFIG, jobs=2), answers.append, "")
    [refused] = answers
    assert isinstance(refused, CommandFailed)
    assert refused.busy
    assert f"2 runs of 2 train already ({A}, {B})" in refused.reason


def test_what_trains_in_the_engine_itself_comes_first_but_waiting_runs_train_beside_it(pool: FakePool) -> None:
    answers: list[AnyEvent] = []
    taken(pool, StartRun(config=CONFIG, jobs=2), answers.append, "run 0009-mlp")
    assert answers == [CommandFailed(reason="run 0009-mlp is training; stop it first", busy=True)]
    taken(pool, StartRun(config=CONFIG, jobs=2, queued=3), answers.append, "run 0009-mlp")
    assert len(pool.jobs) == 1


def test_a_process_that_is_lost_ends_its_run_alone_and_puts_it_on_record(pool: FakePool) -> None:
    lost, other = pool.begin(A), pool.begin(B)
    lost.says(CheckpointSaved(run=A, step=40, file="last.pt"))
    lost.says(StepsDone(run=A, step=57, epoch=2, stride=1, losses=[0.5], images_per_s=1.0))
    lost.dies()
    [ended] = pool.ended()
    reason = "its process was lost: it was ended by SIGKILL; 17 steps since the last checkpoint are lost"
    assert (ended.run, ended.step, ended.state, ended.reason) == (A, 57, "interrupted", reason)
    kept = read_record(pool.checkpoints / A)
    assert (kept.state, kept.reason, kept.step) == ("interrupted", reason, 57)
    assert list(pool.runs) == [B]
    assert not other.killed


def test_what_a_lost_process_was_asked_is_refused(pool: FakePool) -> None:
    answers: list[AnyEvent] = []
    pool.start(StartRun(config=CONFIG, jobs=2), answers.append)
    pool.jobs[0].dies()
    [refused] = answers
    assert isinstance(refused, CommandFailed)
    assert "its process was lost" in refused.reason
    assert pool.working == []


def test_a_process_that_a_users_network_has_changed_makes_way_for_another(pool: FakePool) -> None:
    answers: list[AnyEvent] = []
    pool.start(StartRun(config=CONFIG, jobs=2), answers.append)
    pool.jobs[0].answer(CommandFailed(reason="changed for good", renew=True))
    assert [type(command).__name__ for command in pool.jobs[0].told] == ["StartRun", "Shutdown"]
    pool.jobs[1].begin(A)
    assert answers == [RunBegun(run=A)]


@pytest.mark.parametrize("command", [Stop(id=5), Pause(id=5), Continue(id=5)])
def test_what_names_no_run_is_for_all_of_them_and_is_answered_once(
    pool: FakePool, command: Stop | Pause | Continue
) -> None:
    jobs = [pool.begin(A), pool.begin(B)]
    answers: list[AnyEvent] = []
    assert taken(pool, command, answers.append, "")
    assert [type(job.told[-1]) for job in jobs] == [type(command)] * 2
    jobs[0].answer(CommandDone())
    assert answers == []
    jobs[1].answer(CommandDone())
    assert answers == [CommandDone(reply_to=5)]


def test_what_names_a_run_is_for_that_one(pool: FakePool) -> None:
    first, second = pool.begin(A), pool.begin(B)
    for command in (Stop(run="2"), Steer(changes={"lr": 0.1}, run=B), EditRun(run="2", title="x")):
        assert taken(pool, command, lambda event: None, "")
        assert type(second.told[-1]) is type(command)
    assert isinstance(first.told[-1], StartRun)


def test_what_names_no_run_is_for_the_engines_own_where_that_trains(pool: FakePool) -> None:
    pool.begin(A)
    assert not taken(pool, Stop(), lambda event: None, "run 0009-mlp")
    assert not taken(pool, Steer(changes={"lr": 0.1}), lambda event: None, "")


def test_a_run_in_progress_is_not_deleted(pool: FakePool) -> None:
    pool.begin(A)
    answers: list[AnyEvent] = []
    assert taken(pool, DeleteRun(run=A), answers.append, "")
    assert answers == [CommandFailed(reason=f"run {A} is training; stop it first, then delete it")]
    assert not taken(pool, DeleteRun(run=B), answers.append, "")


def test_processes_join_a_study_and_it_is_over_when_the_last_has_left(pool: FakePool) -> None:
    over: list[str] = []
    search(pool, StartStudy(base=CONFIG, name="s", jobs=3), over.append)
    assert [[type(each) for each in job.told] for job in pool.jobs] == [[StartStudy]] * 3
    first, second, third = pool.jobs
    first.answer(CommandFailed(reason="no such data"))
    second.says(StudyEnded(study="s", state="finished"))
    assert over == []
    third.dies()
    assert over == ["its process was lost: it was ended by SIGKILL"]
    assert pool.working == []


def test_at_the_end_all_are_told_to_end(pool: FakePool) -> None:
    jobs = [pool.begin(A), pool.begin(B)]
    pool.end(force=False)
    assert [type(job.told[-1]).__name__ for job in jobs] == ["Shutdown"] * 2
    assert not any(job.killed for job in jobs)


def test_who_hears_of_an_end_finds_its_place_free(pool: FakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    job = pool.begin(A, jobs=1)
    free: list[bool] = []
    monkeypatch.setattr(pool, "publish", lambda event: free.append(not pool.working))
    job.says(RunEnded(run=A, step=8, time=2.0, state="finished"))
    assert free == [True]
