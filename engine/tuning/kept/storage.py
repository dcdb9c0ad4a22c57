"""Where studies are kept: Optuna's journal in a file, or a database that several machines reach."""

import os
import re
import time
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from sqlalchemy.engine import make_url

from engine.program.extras import how_to_add
from engine.storage.files import flush_to_disk, naming
from engine.storage.runs.event_log import ends_torn
from engine.tuning.files import StudyError, journal_of
from engine.tuning.kept.journal import Journal, operation
from engine.tuning.kept.journal_lock import JournalLock

TABLE_ATTEMPTS, TABLE_PAUSE = 5, 0.5  # seconds
LINE_START, LONGEST_LINE = b'{"op_code":', 1 << 20  # of a journal
TROUBLE = (OSError, StorageInternalError)  # of a storage that may take it later


class Storage:
    """An open storage. `place` names it without its password."""

    def __init__(self, optuna: BaseStorage, place: str, journal: Journal | None = None) -> None:
        self.optuna = optuna
        self.place = place
        self.journal = journal

    def mend(self) -> None:
        """Cut off the last line of a journal where a full disk or a crash tore it: it would spoil the next one."""
        if self.journal is not None and ends_torn(self.journal.path):
            with self.journal.lock.held():
                cut_torn_line(self.journal.path)

    def problem(self) -> str:
        """Say how many lines of a journal cannot be read, "" for none."""
        skipped = self.journal.skipped if self.journal is not None else 0
        lines = "1 line cannot be read and is" if skipped == 1 else f"{skipped} lines cannot be read and are"
        return f"{self.place}: {lines} passed over" if skipped else ""


def open_storage(checkpoints: Path, place: str, name: str, *, new: bool = True) -> Storage:
    """Open the storage of a study: a URL, a journal's path, or, where none is named, a journal in `checkpoints`.

    A journal is made if there is none, unless the study is not to be a new one. Raises StudyError, and OSError.
    """
    if "://" in place:
        return open_database(place)
    path = Path(place).expanduser().absolute() if place else journal_of(checkpoints, name)
    if not new and not path.exists():
        raise StudyError(f"there is no study {name!r} in {path}; add --search to start it")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        journal = Journal(path, JournalLock(path))
        with naming(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666))
            next(journal.read_logs(0), None)  # refused before anything is written to it
        storage = Storage(JournalStorage(journal), str(path), journal)
        storage.mend()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise StudyError(
            f"{path}: is not an Optuna journal, or is damaged ({error}); restore it, or use another study"
        ) from error
    return storage


def open_database(url: str) -> Storage:
    try:
        place = make_url(url).render_as_string(hide_password=True)
    except sqlalchemy.exc.ArgumentError as error:
        shown = re.sub(r"//[^@/]*@", "//***@", url)
        raise StudyError(
            f"storage {shown!r}: is not the URL of a database; use postgresql://user@host/name, say"
        ) from error
    # A server that does not answer must not hold up the engine, and a connection that broke is made anew.
    waiting = {} if url.startswith("sqlite") else {"connect_args": {"connect_timeout": 10}, "pool_pre_ping": True}
    try:
        return Storage(with_tables(url, waiting), place)
    except ImportError as error:
        raise StudyError(
            f"storage {place}: needs a driver that is not installed; for PostgreSQL {how_to_add('postgresql')},"
            f" for MySQL and MariaDB {how_to_add('mysql')} and mysql+pymysql://..."
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, RuntimeError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StudyError(
            f"storage {place}: cannot be reached ({reason}); start the database, or correct the URL"
        ) from error


def with_tables(url: str, options: dict[str, Any]) -> RDBStorage:
    """Open a database, and make its tables if need be; where another engine makes them now, do so after it."""
    for _ in range(TABLE_ATTEMPTS - 1):
        try:
            return RDBStorage(url, engine_kwargs=options)
        except sqlalchemy.exc.DBAPIError as error:
            if error.statement is None:  # there is no connection
                raise
            time.sleep(TABLE_PAUSE)
    return RDBStorage(url, engine_kwargs=options)


def cut_torn_line(path: Path) -> None:
    """Cut off what a writer has begun and not ended; end a damaged line, which is kept. Raises ValueError for a file
    that is something else."""
    with naming(path), open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - LONGEST_LINE)
        file.seek(start)
        tail = file.read()
        line = tail[tail.rfind(b"\n") + 1 :]
        if not line:
            return
        if line.startswith(LINE_START) or LINE_START.startswith(line):
            file.truncate(size - len(line))
        elif any(operation(each) for each in tail.splitlines()[:-1]):
            file.write(b"\n")
        else:
            raise ValueError(f"its last line begins with {line[:20]!r}")
        file.flush()
        flush_to_disk(file.fileno())
