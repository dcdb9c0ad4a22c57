"""Where studies are kept: journals that are torn, damaged or none, and databases."""

from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from sqlalchemy.exc import OperationalError

from engine.tuning.files import StudyError, journal_of
from engine.tuning.kept.storage import open_storage, with_tables
from engine.tuning.opening import open_study
from engine.vocabulary.search_space import parse_search
from tests.engine.tuning.computed_trials import finish, opened, results, spec, states


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

    monkeypatch.setattr("engine.tuning.kept.storage.RDBStorage", attempt)
    monkeypatch.setattr("engine.tuning.kept.storage.TABLE_PAUSE", 0.0)
    assert with_tables("mysql+pymysql://host/x", {}) == "storage"
    assert len(attempts) == 2


def test_a_database_that_cannot_be_reached_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def attempt(url: str, engine_kwargs: object) -> None:
        attempts.append(url)
        raise OperationalError(None, None, Exception(2003, "Can't connect"))

    monkeypatch.setattr("engine.tuning.kept.storage.RDBStorage", attempt)
    with pytest.raises(OperationalError):
        with_tables("mysql+pymysql://host/x", {})
    assert len(attempts) == 1
