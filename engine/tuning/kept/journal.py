"""A study's journal, one Optuna operation per line. Lines that cannot be read are skipped, as in a run's log.

They are counted and stay in the file. Optuna's own reader refuses the whole study.
"""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec
from optuna.storages.journal import BaseJournalBackend

from engine.storage.files import flush_to_disk, naming, open_regular
from engine.tuning.files import SUFFIX
from engine.tuning.kept.journal_lock import JournalLock


class Operation(msgspec.Struct, tag_field="op_code"):
    worker_id: str


class CreateStudy(Operation, tag=0):
    study_name: str
    directions: list[int]


class DeleteStudy(Operation, tag=1):
    study_id: int


class SetStudyUserAttr(Operation, tag=2):
    study_id: int
    user_attr: dict[str, Any]


class SetStudySystemAttr(Operation, tag=3):
    study_id: int
    system_attr: dict[str, Any]


class CreateTrial(Operation, tag=4):
    study_id: int


class OfTrial(Operation):
    trial_id: int


class SetTrialParam(OfTrial, tag=5):
    param_name: str
    param_value_internal: float
    distribution: str


class SetTrialState(OfTrial, tag=6):
    state: int
    values: list[float] | None


class SetTrialIntermediateValue(OfTrial, tag=7):
    step: int
    intermediate_value: float | None


class SetTrialUserAttr(OfTrial, tag=8):
    user_attr: dict[str, Any]


class SetTrialSystemAttr(OfTrial, tag=9):
    system_attr: dict[str, Any]


OPERATIONS = (
    CreateStudy | DeleteStudy | SetStudyUserAttr | SetStudySystemAttr | CreateTrial
    | SetTrialParam | SetTrialState | SetTrialIntermediateValue | SetTrialUserAttr | SetTrialSystemAttr
)  # fmt: skip
CREATE_STUDY, CREATE_TRIAL, DISCARD_TRIALS, MAXIMIZE = 0, 4, 10, 2  # in Optuna's numbers
LONG_AGO = "1970-01-01T00:00:00.000000+00:00"


class Journal(BaseJournalBackend):
    """Optuna's JournalFileBackend, but for lines that cannot be read; `skipped` counts them."""

    def __init__(self, path: Path, lock: JournalLock) -> None:
        self.path = path
        self.lock = lock
        self.skipped = 0
        self._offset = 0  # of the first line that is not yet read
        self._first = 0  # the number of the first of `_logs`
        self._logs: list[dict[str, Any]] = []
        self._studies = self._trials = 0

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Yield the operations from this number on. Raises OSError, and ValueError where no line is of a journal."""
        self._read()
        del self._logs[: log_number_from - self._first]  # nobody asks for them again
        self._first = log_number_from
        yield from list(self._logs)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Raises OSError."""
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with self.lock.held(), open(self.path, "ab", buffering=0) as file, naming(self.path):
            file.write(lines.encode())
            flush_to_disk(file.fileno())

    def _read(self) -> None:
        with open_regular(self.path) as file:
            file.seek(self._offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        operations = [operation(line) for line in whole.splitlines()]
        self.skipped += operations.count(None)
        if operations and self._offset == len(whole) and operations.count(None) == len(operations):
            raise ValueError("none of its lines is an operation")
        self._logs += self._mended(operations)

    def _mended(self, operations: list[dict[str, Any] | None]) -> Iterator[dict[str, Any]]:
        """Leave out what cannot be read. Trials have no number but their place: one whose beginning is unreadable, but
        not what follows, begins nevertheless, or the results of all after it would go to others."""
        logs: list[dict[str, Any]] = []
        gaps: list[int] = []  # where in `logs` a line is missing
        for each in operations:
            if each is None:
                gaps.append(len(logs))
                continue
            code = each["op_code"]
            if code == CREATE_STUDY:
                self._studies += 1
            elif gaps and not self._studies:
                logs.insert(gaps.pop(0), self._lost_study())
                gaps = [gap + 1 for gap in gaps]
            elif gaps and each.get("trial_id", -1) >= self._trials:
                logs.insert(gaps.pop(0), lost_trial(each.get("study_id", 0)))
                gaps = [gap + 1 for gap in gaps]
                self._trials += 1
            if code == CREATE_TRIAL and each["study_id"] < self._studies:
                self._trials += 1
            logs.append(each)
        return iter(logs)

    def _lost_study(self) -> dict[str, Any]:
        self._studies += 1
        name = self.path.name.removesuffix(SUFFIX)
        return {"op_code": CREATE_STUDY, "worker_id": "", "study_name": name, "directions": [MAXIMIZE]}


def lost_trial(study: int) -> dict[str, Any]:
    return {"op_code": CREATE_TRIAL, "worker_id": "", "study_id": study, "datetime_start": LONG_AGO}


def operation(line: bytes) -> dict[str, Any] | None:
    """Return what a line of a journal says, None for one that cannot be read."""
    try:
        content = json.loads(line)
        if not (isinstance(content, dict) and content.get("op_code") == DISCARD_TRIALS):
            msgspec.convert(content, OPERATIONS)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None
    return dict(content)
