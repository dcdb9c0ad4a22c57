"""The lock on a study's journal, which nobody waits for without limit.

It is the file `NAME.journal.lock` that Optuna's own locks make, so that other programs on Optuna, and other versions of
this one, respect it: a symbolic link to the journal, or a file where the file system knows no links.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 2.0  # seconds to wait for another engine, which writes for some milliseconds
ABANDONED = 30.0  # seconds after which a lock was left by an engine that died, as in Optuna
AGAIN, SELDOM = 0.001, 0.1  # seconds between two attempts, at first and at last


class JournalLock:
    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.path = journal.with_name(f"{journal.name}.lock")
        self._held: int | None = None  # the inode of what was made

    def acquire(self) -> None:
        """Raises OSError: a TimeoutError when it is not to be had."""
        end = time.monotonic() + PATIENCE
        pause = AGAIN
        while not self._make():
            if time.monotonic() > end and not self._break():
                raise TimeoutError(
                    0, "another engine holds this lock; if no engine works on the study, remove it", str(self.path)
                )
            time.sleep(pause)
            pause = min(2 * pause, SELDOM)
        self._held = self.path.lstat().st_ino

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Raises OSError where it is not to be had."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Remove it, unless another engine took this one for dead and has made its own."""
        with contextlib.suppress(FileNotFoundError):
            if self.path.lstat().st_ino == self._held:
                self.path.unlink()
        self._held = None

    def _make(self) -> bool:
        try:
            self.path.symlink_to(self.journal)
        except FileExistsError:
            return False
        except OSError as error:
            try:
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC))
            except FileExistsError:
                return False
            except OSError:
                raise error from None
        return True

    def _break(self) -> bool:
        """Remove the lock of an engine that died, by the clock of the file system. What is no lock stays."""
        try:
            found = self.path.lstat()
            if os.path.islink(self.path):
                ours = os.path.basename(os.readlink(self.path)) == self.journal.name
            else:
                ours = self.path.is_file() and found.st_size == 0
            if not ours or self._now() - found.st_mtime < ABANDONED:
                return False
            if self.path.lstat().st_ino == found.st_ino:
                self.path.unlink()
        except FileNotFoundError:
            pass  # just released
        return True

    def _now(self) -> float:
        trial = self.journal.with_name(f".{self.journal.name}.{os.getpid()}.tmp")
        trial.touch()
        try:
            return trial.stat().st_mtime
        finally:
            trial.unlink(missing_ok=True)
