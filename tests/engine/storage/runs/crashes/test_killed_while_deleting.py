"""A process that is killed with -9 while it deletes, restores or empties leaves each run whole, in one place."""

import os
import signal
from pathlib import Path

import pytest

from engine.storage.runs.folders import TRASH, run_names, trashed
from engine.storage.runs.trash import delete_run, empty_trash, restore_run
from tests.engine.storage.runs.records import RUN, content, finished_run

CALLS = ("mkdir", "rename", "fsync", "rmdir", "unlink")


@pytest.mark.parametrize("deleting", [True, False])
def test_a_process_that_is_killed_at_any_call_leaves_each_run_whole_in_one_place(
    tmp_path: Path, deleting: bool
) -> None:
    for strike in range(12):
        checkpoints = tmp_path / str(strike)
        folder = finished_run(checkpoints)
        before = content(folder)
        if not deleting:
            delete_run(folder)
        if not killed_at(strike, checkpoints, deleting):
            break
        places = [*(checkpoints / name for name in run_names(checkpoints)), *trashed(checkpoints)]
        assert [content(place) for place in places] == [before]
    assert strike > 2


def killed_at(strike: int, checkpoints: Path, deleting: bool) -> bool:
    """Delete or restore in a process that dies at its call number `strike`; tell whether it came to that."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    die_at(strike)
    try:
        delete_run(checkpoints / RUN) if deleting else restore_run(checkpoints, RUN)
    finally:
        os._exit(0)


def test_a_process_that_is_killed_while_it_empties_leaves_nothing_half_removed_to_restore(tmp_path: Path) -> None:
    for strike in range(40):
        checkpoints = tmp_path / str(strike)
        folder = finished_run(checkpoints)
        before = content(folder)
        delete_run(folder)
        child = os.fork()
        if not child:
            die_at(strike)
            try:
                empty_trash(checkpoints)
            finally:
                os._exit(0)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert all(content(place) == before for place in trashed(checkpoints))
        assert empty_trash(checkpoints) <= 1
        assert list((checkpoints / TRASH).iterdir()) == []
        if not killed:
            break
    assert strike > 3


def die_at(strike: int) -> None:
    count = 0

    def deadly(call: object) -> object:
        def called(*arguments: object, **options: object) -> object:
            nonlocal count
            if count == strike:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return call(*arguments, **options)  # type: ignore[operator]

        return called

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))
