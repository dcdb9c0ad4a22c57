"""The lock of a journal: waited for, named with the remedy, and broken only where its engine is dead."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import engine.tuning.kept.journal_lock
import engine.tuning.study
from engine.storage.files import in_words
from engine.tuning.files import journal_of
from engine.tuning.kept.journal_lock import JournalLock
from engine.tuning.kept.storage import TROUBLE, open_storage
from engine.tuning.opening import join
from tests.engine.tuning.computed_trials import finish, opened, spec


def a_link(path: Path) -> None:
    path.symlink_to("x")


def an_own_lock(path: Path) -> None:
    path.symlink_to(path.with_suffix(""))


@pytest.mark.parametrize("make", [a_link, an_own_lock, Path.mkdir, Path.touch, os.mkfifo])
def test_a_lock_that_somebody_holds_is_named_with_the_remedy_and_waited_for_no_longer_than_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(engine.tuning.kept.journal_lock, "PATIENCE", 0.01)
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
    monkeypatch.setattr(engine.tuning.kept.journal_lock, "PATIENCE", 0.01)
    monkeypatch.setattr(engine.tuning.kept.journal_lock, "ABANDONED", -1.0)
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
