"""Several engines share a study: as many trials as were asked for, and those of engines that are gone."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import engine.tuning.kept.journal_lock
import engine.tuning.study
from engine.machine.process_identity import ProcessIdentity, is_gone, this_process
from engine.tuning.study import Study, Trial, TrialLost
from tests.engine.tuning.computed_trials import finish, opened, spec, states, taken, train


def other(study: Study) -> None:
    """Let a study be that of another process of another machine."""
    study._identity = ProcessIdentity(machine="elsewhere", pid=7, started="then")


def test_two_engines_train_exactly_as_many_trials_as_were_asked_for(tmp_path: Path) -> None:
    one, two = opened(tmp_path, spec(5)), opened(tmp_path, spec(5))
    other(two)
    running: list[tuple[Study, Trial]] = []
    done = 0
    while True:
        for study in (one, two):
            if (trial := study.take()) is not None:
                running.append((study, trial))
        if not running:
            break
        for study, trial in running:
            train(study, trial)
            done += 1
        running.clear()
    assert done == 5
    assert [trial.base for trial in one.summaries() if trial.state == "finished"].count(True) == 1
    assert one.summaries() == two.summaries()


def test_engines_that_ask_at_the_same_time_do_not_take_one_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = opened(tmp_path, spec(2)), opened(tmp_path, spec(2))
    other(two)
    train(one, taken(one))
    real_ask = one.study.ask

    def ask_late(*arguments: object):
        first = two.take()  # between the count of this engine and its question
        assert first is not None
        return real_ask()

    monkeypatch.setattr(one.study, "ask", ask_late)
    assert one.take() is None
    monkeypatch.undo()
    assert states(one) == ["finished", "running", "lost"]
    assert one.waiting()


def test_a_trial_whose_process_is_gone_is_tried_again_with_the_same_values(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        stat = Path(f"/proc/{process.pid}/stat")
        identity = msgspec.structs.replace(this_process(), pid=process.pid)
        if stat.exists():
            identity = msgspec.structs.replace(identity, started=stat.read_text().rpartition(")")[2].split()[19])
        lost, here = opened(tmp_path, spec(3)), opened(tmp_path, spec(3))
        lost._identity = identity
        train(lost, taken(lost))
        trial = taken(lost)
        here.reclaim()
        assert states(here) == ["finished", "running"]  # its process is still there
        assert is_gone(identity) is False
        process.kill()
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
            pass
        assert is_gone(identity) is True  # although nobody has asked for its exit status
    again = taken(here)
    assert (again.number, again.changes) == (2, trial.changes)
    with pytest.raises(TrialLost):
        lost.report(trial, 1, 0.5)
    with pytest.raises(TrialLost):
        lost.tell(trial, 0.5, 0.1, 1.0)
    train(here, again)
    assert finish(here) == 1
    assert states(here) == ["finished", "lost", "finished", "finished"]


def test_a_base_whose_engine_is_gone_stays_the_base(tmp_path: Path) -> None:
    gone = opened(tmp_path, spec(2, ["lr=log:1e-2..1e-1"]))  # outside of the range: without values of its own
    gone._identity = msgspec.structs.replace(this_process(), started="before the boot")
    taken(gone)
    here = opened(tmp_path, spec(2, ["lr=log:1e-2..1e-1"]))
    assert finish(here) == 2
    assert [(trial.state, trial.base) for trial in here.summaries()] == [
        ("lost", True), ("finished", True), ("finished", False),
    ]  # fmt: skip


def test_an_engine_of_another_machine_is_gone_when_it_no_longer_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("engine.tuning.study.time.monotonic", lambda: now)
    far, here = opened(tmp_path, spec(1)), opened(tmp_path, spec(1))
    other(far)
    trial = taken(far)
    assert here.take() is None
    now += engine.tuning.study.GRACE
    far.heartbeat(trial)
    assert here.take() is None
    now += engine.tuning.study.GRACE
    assert here.take() is None
    now += 1
    assert finish(here) == 1
    with pytest.raises(TrialLost):
        far.heartbeat(trial)


def test_a_trial_that_ends_every_engine_is_given_up(tmp_path: Path) -> None:
    for i in range(engine.tuning.study.ATTEMPTS):
        study = opened(tmp_path, spec(2))
        study._identity = msgspec.structs.replace(this_process(), started=f"long ago {i}")
        taken(study)
    here = opened(tmp_path, spec(2))
    assert finish(here) == 1
    trials = [trial for trial in here.summaries() if trial.state != "lost"]
    assert [trial.state for trial in trials] == ["failed", "finished"]
    assert "lost 3 times" in trials[0].reason


def test_an_engine_that_left_a_study_in_haste_takes_its_own_trial_up_again(tmp_path: Path) -> None:
    left = taken(opened(tmp_path))
    here = opened(tmp_path)
    assert (taken(here).is_base, left.is_base) == (True, True)
    assert states(here) == ["lost", "running"]


def test_what_is_put_back_is_the_next_that_is_taken(tmp_path: Path) -> None:
    study = opened(tmp_path)
    train(study, taken(study))
    trial = taken(study)
    for _ in range(5):  # more often than a trial may be lost
        study.put_back(trial)
        again = taken(study)
        assert again.changes == trial.changes
        trial = again
