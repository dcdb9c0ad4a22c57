"""`mnist-tui tour` on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.__main__ import cli
from tui.state.actions.table import ACTIONS
from tui.tour.progress import Progress, read_progress, tour_folder, write_progress
from tui.tour.strip import SKIP


@pytest.fixture(autouse=True)
def _a_state_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize("given", [["--data", "fashion"], ["--checkpoints", "here"], ["--no-coach"]])
def test_an_option_that_the_tour_has_no_use_for_is_refused(given: list[str]) -> None:
    result = CliRunner().invoke(cli, [*given, "tour"])
    assert result.exit_code == 2
    assert "the tour" in result.output
    assert "leave the option out" in result.output


@pytest.mark.parametrize("options", [[], ["--restart"]])
def test_without_a_terminal_nothing_begins_and_no_progress_is_lost(options: list[str]) -> None:
    write_progress(tour_folder(), Progress(done=("train",)))
    result = CliRunner().invoke(cli, ["tour", *options])
    assert result.exit_code == 1
    assert "the screen needs a terminal" in result.output
    assert read_progress(tour_folder()).done == ("train",)


def opened(monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str]:
    """Call the command as in a terminal, where the app ends at once; return the exit status and what was printed."""
    monkeypatch.setattr("tui.tour.command.refuse_without_terminal", lambda: None)
    monkeypatch.setattr("tui.app.main.open_app", lambda *given: 0)
    result = CliRunner().invoke(cli, ["tour", *options])
    return result.exit_code, result.output


def test_it_begins_anew_when_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    write_progress(tour_folder(), Progress(done=("train", "watch")))
    assert opened(monkeypatch) == (0, "")
    assert read_progress(tour_folder()).done == ("train", "watch")
    assert opened(monkeypatch, "--restart") == (0, "")
    assert read_progress(tour_folder()) == Progress()


def test_a_damaged_file_of_progress_is_told_and_mended_by_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    (tour_folder() / "tour.json").write_text("{")
    status, printed = opened(monkeypatch)
    assert status == 1
    assert "tour.json: is damaged" in printed
    assert opened(monkeypatch, "--restart") == (0, "")


def test_no_other_action_has_the_key_that_skips() -> None:
    assert SKIP not in {key for action in ACTIONS for key in action.keys}
