"""`mnist-tui track`: runs that were trained before."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fake_engine import RUN

from engine.tracking.cursor import Cursor, write_cursor
from tests.engine.tracking.made_runs import TWO_EPOCHS, make_run
from tests.engine.tracking.test_processes import OTHER
from tui.__main__ import cli


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run; `other` is a tracker of another package, that writes into FOLDER/RUN."""
    package = tmp_path / "site" / "other_tracker-1.dist-info"
    package.mkdir(parents=True)
    (tmp_path / "site" / "other_tracker.py").write_text(OTHER)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other-tracker\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[mnist_tui.trackers]\nother = other_tracker:open_run\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}:{Path(__file__).parents[3]}")
    monkeypatch.setattr("engine.tracking.trackers.check_known", lambda name: None)
    (tmp_path / "sent").mkdir()
    make_run(tmp_path / "runs", TWO_EPOCHS)
    return tmp_path / "runs"


def track(runs: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["track", "--checkpoints", str(runs), *words])


def test_a_run_that_was_trained_before_is_sent_and_sent_once(runs: Path, tmp_path: Path) -> None:
    for _ in range(2):
        result = track(runs, "1", "--to", f"other={tmp_path / 'sent'}")
        assert (result.exit_code, result.stdout) == (0, f"{RUN} logs to other: elsewhere, complete\n")
    assert (tmp_path / "sent" / RUN).read_text().split() == [str(step) for step in range(1, 81)]
    again = track(runs, "1-7", "--json")  # to where it is logged already
    assert json.loads(again.stdout)["done"]


def test_a_tracker_that_is_down_is_an_error_that_says_so(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "sent" / "down").touch()
    result = track(runs, "1", "--to", f"other={tmp_path / 'sent'}")
    assert result.exit_code == 1
    assert "behind: no answer in time" in result.stderr


def test_a_run_that_is_logged_nowhere_needs_a_tracker(runs: Path) -> None:
    result = track(runs, "1")
    assert result.exit_code == 2
    assert f"{RUN} is not logged anywhere yet" in result.output


def test_a_run_that_is_not_there_is_refused(runs: Path) -> None:
    result = track(runs, "7", "--to", "tensorboard")
    assert result.exit_code == 1
    assert "there is no run '7'" in result.output


def test_runs_show_says_where_a_run_is_logged_and_what_is_wrong(runs: Path) -> None:
    write_cursor(
        runs / RUN, Cursor(tracker="mlflow", key="k", target="http://a:secret@host", problem="no answer", step=40)
    )
    shown = CliRunner().invoke(cli, ["runs", "show", "1", "--checkpoints", str(runs)]).output
    assert "in mlflow      behind: no answer; it has all up to step 40, the rest is sent later" in shown
    listed = CliRunner().invoke(cli, ["runs", "--json", "--checkpoints", str(runs)]).output
    assert json.loads(listed)[0]["trackers"][0]["where"] == "http://host"
    facts = CliRunner().invoke(cli, ["runs", "show", "1", "--json", "--checkpoints", str(runs)]).output
    assert json.loads(facts)["trackers"] == [
        {"tracker": "mlflow", "where": "http://host", "step": 40, "problem": "no answer", "done": False}
    ]
    assert "secret" not in shown + listed + facts
