"""Studies with a trainer that only computes: what engines that share one leave to each other."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sqlalchemy.exc import OperationalError

import engine.tuning.journal_lock
import engine.tuning.study
from engine.machine.process_identity import Owner, is_gone, this_process
from engine.storage.files import in_words
from engine.tuning.definition import Spec, agreed, spec_of
from engine.tuning.files import StudyError, check_name, journal_of, new_name, study_names
from engine.tuning.journal_lock import JournalLock
from engine.tuning.opening import join, open_study
from engine.tuning.storage import TROUBLE, open_storage, with_tables
from engine.tuning.study import Study, Trial, TrialLost
from engine.vocabulary.config import RunConfig
from engine.vocabulary.run_conventions import OLD, PRESENT
from engine.vocabulary.search_space import parse_search

SEARCH = ["lr=log:1e-4..1e-1", "batch_size=50,100,200"]


def spec(trials: int = 6, search: list[str] | None = None, **more: object) -> Spec:
    made = spec_of(RunConfig(epochs=3), SEARCH if search is None else search, trials, "tpe", "none", "digits")
    return msgspec.structs.replace(made, **more)


def opened(folder: Path, wanted: Spec | None = None, name: str = "one") -> Study:
    return open_study(open_storage(folder, "", name), name, wanted or spec())


def accuracy_of(study: Study, trial: Trial) -> float:
    """The best rate is 0.01, the best batch 200."""
    config = study.spec.config.replace(trial.changes)
    return 0.9 - 0.1 * abs(math.log10(config.lr) + 2) - 0.01 * (config.batch_size != 200)


def train(study: Study, trial: Trial) -> float:
    accuracy = accuracy_of(study, trial)
    for epoch in (1, 2, 3):
        if study.report(trial, epoch, accuracy * epoch / 3):
            study.tell(trial, accuracy, 0.1, 1.0, pruned=True)
            return accuracy
    study.tell(trial, accuracy, 0.1, 1.0)
    return accuracy


def finish(study: Study) -> int:
    """Train all that is left; return how many trials that were."""
    count = 0
    while (trial := study.take()) is not None:
        train(study, trial)
        count += 1
    return count


def states(study: Study) -> list[str]:
    return [trial.state for trial in study.summaries()]


def test_a_study_of_the_time_before_keeps_its_conventions_and_a_new_one_has_the_present_ones() -> None:
    new = spec_of(RunConfig(epochs=3), SEARCH, 6, "tpe", "none", "digits")
    assert new.conventions == PRESENT
    content = msgspec.to_builtins(new)
    del content["conventions"]
    old = msgspec.convert(content, Spec)
    assert old.conventions == OLD
    assert agreed("s", old, new).conventions == OLD


def test_the_base_is_the_first_trial_and_the_best_is_better(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(20))
    assert finish(study) == 20
    trials = study.summaries()
    assert [trial.base for trial in trials] == [True] + [False] * 19
    assert trials[0].changes == {}
    assert trials[0].accuracy == pytest.approx(0.79)
    assert max(trial.accuracy or 0 for trial in trials) > 0.85
    assert not study.waiting()
    assert study.importances()["lr"] > study.importances()["batch_size"]


def test_proposals_lie_in_what_is_searched_and_are_short_to_write(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(15, ["lr=log:1e-4..1e-1", "batch_size=log:16..256", "dropout=0.1..0.5"]))
    finish(study)
    for trial in study.summaries()[1:]:
        assert all(each.holds(trial.changes[each.field.name]) for each in study.space)
        assert isinstance(trial.changes["batch_size"], int)
        assert len(str(trial.changes["lr"])) <= 9


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_one_engine_alone_proposes_the_same_again(tmp_path: Path, sampler: str) -> None:
    tried = []
    for folder in ("a", "b"):
        study = opened(tmp_path / folder, spec(8, sampler=sampler))
        finish(study)
        tried.append([trial.changes for trial in study.summaries()])
    assert tried[0] == tried[1]


def test_a_base_outside_of_the_ranges_is_measured_and_teaches_the_sampler_nothing(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(7, ["lr=log:1e-2..1e-1", "batch_size=50,200"]))
    assert finish(study) == 7
    base = study.summaries()[0]
    assert (base.base, base.state, base.accuracy) == (True, "finished", pytest.approx(0.79))
    assert study.study.trials[0].state == TrialState.FAIL
    assert states(opened(tmp_path, spec(0, []))) == ["finished"] * 7  # told by what is stored alone


def test_a_trial_that_failed_tells_the_sampler_that_it_is_bad(tmp_path: Path) -> None:
    study = opened(tmp_path, spec(2))
    train(study, taken(study))
    study.tell(taken(study), None, None, 1.0, problem="the loss became nan")
    assert study.take() is None
    failed = study.summaries()[1]
    assert (failed.state, failed.reason, failed.accuracy) == ("failed", "the loss became nan", None)
    assert study.study.trials[1].state == TrialState.PRUNED


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_hopeless_trials_are_pruned_and_the_base_never(tmp_path: Path, pruner: str) -> None:
    study = opened(tmp_path, spec(30, pruner=pruner, sampler="random"))
    finish(study)
    trials = study.summaries()
    assert trials[0].state == "finished"
    assert "pruned" in {trial.state for trial in trials}
    assert all(trial.epochs < 3 for trial in trials if trial.state == "pruned" and pruner == "median")


def taken(study: Study) -> Trial:
    trial = study.take()
    assert trial is not None
    return trial


# ------------------------------------------------------------- several engines


def other(study: Study) -> None:
    """Let a study be that of another process of another machine."""
    study._owner = Owner(machine="elsewhere", pid=7, started="then")


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
        owner = msgspec.structs.replace(this_process(), pid=process.pid)
        if stat.exists():
            owner = msgspec.structs.replace(owner, started=stat.read_text().rpartition(")")[2].split()[19])
        lost, here = opened(tmp_path, spec(3)), opened(tmp_path, spec(3))
        lost._owner = owner
        train(lost, taken(lost))
        trial = taken(lost)
        here.reclaim()
        assert states(here) == ["finished", "running"]  # its process is still there
        assert is_gone(owner) is False
        process.kill()
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
            pass
        assert is_gone(owner) is True  # although nobody has asked for its exit status
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
    gone._owner = msgspec.structs.replace(this_process(), started="before the boot")
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
    far.beat(trial)
    assert here.take() is None
    now += engine.tuning.study.GRACE
    assert here.take() is None
    now += 1
    assert finish(here) == 1
    with pytest.raises(TrialLost):
        far.beat(trial)


def test_a_trial_that_ends_every_engine_is_given_up(tmp_path: Path) -> None:
    for i in range(engine.tuning.study.ATTEMPTS):
        study = opened(tmp_path, spec(2))
        study._owner = msgspec.structs.replace(this_process(), started=f"long ago {i}")
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


# -------------------------------------------------------------------- opening


def test_a_study_is_continued_by_its_name_alone_and_can_be_made_longer(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(3)))
    again = opened(tmp_path, spec(0, []))
    assert (again.spec.trials, again.spec.search, finish(again)) == (3, spec().search, 0)
    longer = opened(tmp_path, spec(5, []))
    assert finish(longer) == 2
    assert opened(tmp_path, spec(0, [])).spec.trials == 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"search": ["lr=log:1e-4..1e-2"]}, "searches lr=log:0.0001..0.1 batch_size=50,100,200"),
        ({"base": {"epochs": 3, "dropout": 0.1}}, "dropout 0.5 in its base, not 0.1"),
        ({"sampler": "random"}, "has the sampler tpe"),
        ({"pruner": "median"}, "has the pruner none"),
        ({"data": "others"}, "other data"),
    ],
)
def test_another_search_under_the_same_name_is_refused(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    opened(tmp_path)
    with pytest.raises(StudyError, match="study one") as error:
        opened(tmp_path, spec(**changed))  # type: ignore[arg-type]
    assert said in str(error.value)


def test_the_order_of_what_is_searched_does_not_matter_and_the_place_does_not_either(tmp_path: Path) -> None:
    opened(tmp_path)
    opened(tmp_path, spec(search=SEARCH[::-1]))
    base = RunConfig(epochs=3, device="cpu", data="/elsewhere", keep_every=2)
    opened(tmp_path, spec_of(base, SEARCH, 6, "tpe", "none", "digits"))


def test_a_name_that_nobody_began_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is no study 'one'"):
        opened(tmp_path, spec(search=[]))


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "x" * 65, "a b", ".x"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(StudyError, match="not allowed"):
        check_name(name)


def test_new_studies_are_numbered(tmp_path: Path) -> None:
    assert [new_name(tmp_path) for _ in range(2)] == ["study-0001", "study-0002"]
    opened(tmp_path, name="mine")
    assert set(study_names(tmp_path)) == {"study-0001", "study-0002", "mine"}
    assert new_name(tmp_path) == "study-0003"
    assert study_names(tmp_path / "nowhere") == []


# -------------------------------------------------------------------- journal


def test_a_torn_last_line_is_cut_off_and_nothing_else_is_lost(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(3)))
    path = journal_of(tmp_path, "one")
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:20])
    again = opened(tmp_path, spec(4))
    assert path.read_bytes()[: len(whole)] == whole
    assert finish(again) == 1
    assert states(opened(tmp_path, spec(4))) == ["finished"] * 4


@pytest.mark.parametrize(
    "content", [b"\x00\xff\n\n", b"{}\n", b"[1]\n{}\n", b'{"op_code": 99}\n' * 2, b"all of my notes"]
)
def test_a_journal_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    path = journal_of(tmp_path, "one")
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StudyError) as error:
        opened(tmp_path)
    assert str(path) in str(error.value)
    assert path.read_bytes() == content


def results(study: Study) -> list[tuple[str, float | None, object]]:
    return [(trial.state, trial.accuracy, trial.changes) for trial in study.summaries()]


@pytest.mark.parametrize(
    "damage", [b"", b"\x00\xff\xfe", b'{"op_code":8,"wor', b"{}", b"[1]", b'{"op_code": 99}', b"null"]
)
def test_damaged_lines_are_kept_counted_and_told_and_cost_no_trial(tmp_path: Path, damage: bytes) -> None:
    finish(opened(tmp_path, spec(3)))
    path = journal_of(tmp_path, "one")
    before = results(opened(tmp_path, spec(3)))
    lines = path.read_bytes().splitlines()
    for place in (3, len(lines) // 2, len(lines)):
        lines.insert(place, damage)
    path.write_bytes(b"\n".join(lines) + b"\n")
    study = opened(tmp_path, spec(4))
    assert results(study)[:3] == before
    assert study.storage.problem() == f"{path}: 3 lines cannot be read and are passed over"
    assert finish(study) == 1
    assert path.read_bytes().startswith(b"\n".join(lines))  # kept as they are


def test_a_trial_whose_beginning_is_damaged_keeps_its_result_and_so_do_those_after_it(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(4)))
    path = journal_of(tmp_path, "one")
    before = results(opened(tmp_path, spec(4)))
    lines = path.read_bytes().splitlines()
    whole = [line for line in lines if line.startswith(b'{"op_code":4,')]
    lines = [b"#" * len(line) if line == whole[2] else line for line in lines]
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert results(opened(tmp_path, spec(4))) == before


def test_a_study_whose_first_line_is_damaged_has_its_trials(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(3)))
    path = journal_of(tmp_path, "one")
    before = results(opened(tmp_path, spec(3)))
    path.write_bytes(b"\0" + path.read_bytes()[1:])
    assert results(opened(tmp_path, spec(3))) == before


def test_a_damaged_last_line_without_its_newline_spoils_no_other(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(2)))
    path = journal_of(tmp_path, "one")
    path.write_bytes(path.read_bytes() + b"\xff\xff")
    assert finish(opened(tmp_path, spec(3))) == 1
    assert states(opened(tmp_path, spec(3))) == ["finished"] * 3


def test_optunas_own_reader_and_this_one_read_the_same_journal(tmp_path: Path) -> None:
    finish(opened(tmp_path, spec(3)))
    path = journal_of(tmp_path, "one")
    theirs = optuna.load_study(study_name="one", storage=JournalStorage(JournalFileBackend(str(path))))
    ours = opened(tmp_path, spec(3)).study
    assert theirs.get_trials() == ours.get_trials()
    theirs.ask()
    assert len(ours.get_trials()) == 4


def a_link(path: Path) -> None:
    path.symlink_to("x")


def an_own_lock(path: Path) -> None:
    path.symlink_to(path.with_suffix(""))


@pytest.mark.parametrize("make", [a_link, an_own_lock, Path.mkdir, Path.touch, os.mkfifo])
def test_a_lock_that_somebody_holds_is_named_with_the_remedy_and_waited_for_no_longer_than_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(engine.tuning.journal_lock, "PATIENCE", 0.01)
    study = opened(tmp_path, spec(2))
    lock = Path(f"{journal_of(tmp_path, 'one')}.lock")
    make(lock)
    with pytest.raises(TROUBLE) as error:
        study.take()
    assert (
        in_words(error.value) == f"{lock}: another engine holds this lock; if no engine works on the study, remove it"
    )
    assert os.path.lexists(lock)
    assert join(open_storage(tmp_path, "", "one"), "one")[1] == study.spec  # reading needs no lock
    os.rmdir(lock) if lock.is_dir() else lock.unlink()
    assert finish(study) == 2


@pytest.mark.parametrize("make", [an_own_lock, Path.touch])
def test_the_lock_of_an_engine_that_died_is_broken_and_what_is_none_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(engine.tuning.journal_lock, "PATIENCE", 0.01)
    monkeypatch.setattr(engine.tuning.journal_lock, "ABANDONED", -1.0)
    study = opened(tmp_path, spec(2))
    lock = Path(f"{journal_of(tmp_path, 'one')}.lock")
    make(lock)
    assert finish(study) == 2
    a_link(lock)
    with pytest.raises(TimeoutError):
        study.storage.journal.lock.acquire()  # type: ignore[union-attr]


def test_an_engine_that_was_taken_for_dead_leaves_the_lock_of_the_next(tmp_path: Path) -> None:
    journal = tmp_path / "one.journal"
    journal.touch()
    first, second = JournalLock(journal), JournalLock(journal)
    first.acquire()
    os.rename(first.path, tmp_path / "still there, so that its inode is not used again")
    second.acquire()
    first.release()
    assert os.path.lexists(second.path)
    second.release()
    assert not os.path.lexists(second.path)


def test_a_lock_works_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "symlink", refuse)
    assert finish(opened(tmp_path, spec(2))) == 2


def test_a_storage_that_is_none_says_what_is_wrong_and_no_password(tmp_path: Path) -> None:
    for url in ("nonsense://me:secret@host/x", "postgresql+psycopg://me:secret@127.0.0.1:1/x", "mysql://me:secret@h/x"):
        with pytest.raises(StudyError) as error:
            open_storage(tmp_path, url, "one")
        assert "secret" not in str(error.value)


def test_a_database_serves_as_well_as_a_journal(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/studies.db"
    study = open_study(open_storage(tmp_path, url, "one"), "one", spec(3))
    assert finish(study) == 3
    again = open_study(open_storage(tmp_path, url, "one"), "one", spec(0, []))
    assert again.summaries() == study.summaries()
    assert parse_search(again.spec.search) == study.space


def test_tables_that_another_engine_makes_at_the_same_time_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def attempt(url: str, engine_kwargs: object) -> str:
        attempts.append(url)
        if len(attempts) == 1:  # as a MySQL says it
            raise OperationalError("CREATE TABLE studies (...)", {}, Exception(1050, "Table 'studies' already exists"))
        return "storage"

    monkeypatch.setattr("engine.tuning.storage.RDBStorage", attempt)
    monkeypatch.setattr("engine.tuning.storage.TABLE_PAUSE", 0.0)
    assert with_tables("mysql+pymysql://host/x", {}) == "storage"
    assert len(attempts) == 2


def test_a_database_that_cannot_be_reached_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def attempt(url: str, engine_kwargs: object) -> None:
        attempts.append(url)
        raise OperationalError(None, None, Exception(2003, "Can't connect"))

    monkeypatch.setattr("engine.tuning.storage.RDBStorage", attempt)
    with pytest.raises(OperationalError):
        with_tables("mysql+pymysql://host/x", {})
    assert len(attempts) == 1
