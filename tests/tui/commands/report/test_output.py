"""`mnist-tui report` on the command line, and where it writes."""

import contextlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tui.commands.report.made import Page, make_run
from tui.__main__ import cli
from tui.report.output import ReportError, usual_name, write_beside, write_report


def call(checkpoints: Path, *words: str, expect: int = 0) -> Result:
    result = CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(checkpoints)}).invoke(cli, ["report", "--digits", "0", *words])
    assert result.exit_code == expect, result.output
    return result


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for lr in (0.1, 0.2, 0.3):
        make_run(tmp_path / "runs", lr=lr)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runs"


def test_a_page_or_markdown_is_written_by_the_end_of_the_name(runs: Path) -> None:
    assert call(runs, "2").stdout == "report-2.html\n"
    assert "0002-seed-cnn" in Page(Path("report-2.html").read_text()).text
    told = json.loads(call(runs, "1,3", "-o", "Both.MD", "--json").stdout)
    assert told["runs"] == ["0001-seed-cnn", "0003-seed-cnn"]
    text = Path(told["file"]).read_text()
    assert told["bytes"] == len(text.encode())
    assert text.startswith("# Runs 1,3\n")
    assert "| a 0001-seed-cnn | seed-cnn | **98.00 %** |" in text
    call(runs, "1-3")
    assert Path("report-1-3.html").exists()


def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(runs: Path) -> None:
    page = Path("page.html")
    page.write_text("mine")
    refused = call(runs, "1", "-o", "page.html", expect=1).stderr
    assert "page.html: is there already; give another name, or --force to replace it" in refused
    assert page.read_text() == "mine"
    call(runs, "1", "-o", "page.html", "--force")
    assert page.read_text().startswith("<!doctype html>")
    assert [path.name for path in Path().glob(".*")] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("report.pdf", "give a name that ends in .html or .md"),
        ("report", "give a name that ends in .html or .md"),
        ("there/not/report.html", "there/not: is no folder; make it first"),
        ("folder.html", "folder.html: is a folder; give the name of a file in it"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_work(runs: Path, name: str, said: str) -> None:
    Path("folder.html").mkdir()
    assert said in call(runs, "1", "-o", name, expect=1).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["9"], "there is no run '9'"), (["1", "7-9"], "there is no run from 7 to 9"), ([], "Missing argument 'RUN...'")],
)
def test_runs_that_are_not_there_are_named(runs: Path, words: list[str], said: str) -> None:
    assert said in call(runs, *words, expect=1 if words else 2).stderr
    assert list(Path().glob("*.html")) == []
    assert "--images is for --robustness" in call(runs, "1", "--images", "9", expect=2).stderr


def test_an_unreadable_run_is_refused_with_its_file(runs: Path) -> None:
    (runs / "0002-seed-cnn" / "run.json").write_text("{")
    assert "run.json: cannot be read" in call(runs, "1-3", expect=1).stderr


def test_without_an_engine_the_report_has_the_rest_and_says_so(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def attached(checkpoints: Path) -> None:
        raise OSError("no engine can be started")

    monkeypatch.setattr("tui.link.attach.attached", attached)
    done = call(runs, "1", "--digits", "5", "--calibration", "--robustness")
    assert "warning: 0001-seed-cnn, no worst digits: no engine can be started" in done.stderr
    page = Page(Path("report-1.html").read_text())
    assert page.text.count("Not measured: no engine can be started.") == 2
    assert "98.00 %" in page.texts


def test_a_file_that_comes_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.html"

    def checked(path: Path, force: bool) -> None:
        path.write_text("of another program, after the check")

    monkeypatch.setattr("tui.report.output.check_target", checked)
    with pytest.raises(ReportError, match="is there already"):
        write_report(path, "mine")
    assert path.read_text() == "of another program, after the check"
    assert list(tmp_path.iterdir()) == [path]


def test_two_threads_write_reports_of_the_same_runs_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, link = threading.Barrier(2), os.link

    def linked(*paths: Path) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(1)  # each has written its file; a second try comes alone
        link(*paths)

    monkeypatch.setattr(os, "link", linked)
    texts = ["one", "two"]
    with ThreadPoolExecutor(2) as threads:
        written = list(threads.map(lambda text: write_beside(tmp_path, "report-3.html", text), texts))
    assert [path.read_text() for path in written] == texts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report-3.2.html", "report-3.html"]


def test_a_name_may_be_as_long_as_the_file_system_has_it(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 120 + ".html")
    write_report(path, "one")
    write_report(path, "two", force=True)
    assert path.read_text() == "two"


def test_the_screen_s_reports_get_names_that_are_free(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    paths = [write_beside(folder, "report-3-7.html", text) for text in ("one", "two", "three")]
    assert [path.name for path in paths] == ["report-3-7.html", "report-3-7.2.html", "report-3-7.3.html"]
    assert [path.read_text() for path in paths] == ["one", "two", "three"]
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match="a file"):
        write_beside(tmp_path / "a file", "report.html", "one")


def test_the_usual_name_is_short_for_any_runs() -> None:
    assert usual_name(["0003-x", "0004-y", "0009-z"]) == "report-3-4,9.html"
    assert len(usual_name([f"{number:04}-x" for number in range(1, 300, 2)])) < 80
