"""`mnist-tui export`, and the process that does it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from limits import LIMIT

from engine.vocabulary.messages.export_messages import Exported, ExportRequest
from tests.engine.export.recorded_runs import FIRST, SECOND, recorded, request  # noqa: F401
from tests.tui.commands.calls import call
from tui.__main__ import cli
from tui.link import export_process
from tui.link.start import engine_environment


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ExportRequest]:
    """What the process would be asked for; it says that it has written a file."""
    seen: list[ExportRequest] = []

    async def export(request: ExportRequest) -> Exported:
        seen.append(request)
        return Exported(files=["/somewhere/x"], notes=["a note"])

    monkeypatch.setattr(export_process, "export", export)
    return seen


def run(checkpoints: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["export", "--checkpoints", str(checkpoints), *words])


def test_a_table_is_written_without_an_engine_and_torch(recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    done = call(recorded, "export", "1", "-o", str(file))
    assert done.stdout == f"{file}\n"
    assert file.read_text().count("\n") == 4
    again = call(recorded, "export", "1", "-o", str(file), expect=1)
    assert again.stderr == f"Error: {file}: exists already; give another name with -o, or --force to replace it\n"
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("*.sock"))


def test_stdout_takes_a_table(recorded: Path) -> None:
    done = call(recorded, "export", "1,2", "--format", "jsonl", "-o", "-")
    assert [json.loads(line)["run"] for line in done.stdout.splitlines()] == 3 * [FIRST] + [SECOND]


def test_runs_options_and_the_ending_of_the_file_become_one_request(
    recorded: Path, asked: list[ExportRequest], tmp_path: Path
) -> None:
    assert run(recorded, "1-2", "-o", str(tmp_path / "x.PNG"), "--chart", "loss", "--axis", "time").exit_code == 0
    assert run(recorded, "--format", "onnx", "--last", "--force").exit_code == 0
    assert run(recorded, "1@2", "--format", "exported-program").exit_code == 0
    chart, weights, checkpoint = asked
    assert (chart.format, chart.chart, chart.axis) == ("png", "loss", "time")
    assert chart.runs == [FIRST, SECOND]
    assert (weights.runs, weights.best, weights.force, weights.folder) == ([SECOND], False, True, os.getcwd())
    assert checkpoint.runs == ["1@2"]


def test_files_are_told_on_stdout_and_notes_beside(recorded: Path, asked: list[ExportRequest]) -> None:
    result = run(recorded, "1", "--format", "onnx")
    assert (result.stdout, result.stderr) == ("/somewhere/x\n", "a note\n")
    told = json.loads(run(recorded, "1", "--format", "onnx", "--json").stdout)
    assert told == {"files": ["/somewhere/x"], "notes": ["a note"]}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["1"], "in which format? Give --format csv"),
        (["1", "-o", "x.txt"], "in which format? No format ends in .txt. Give --format csv"),
        (["1", "--format", "csv", "-o", "x.png"], "x.png ends as png does, but --format is csv"),
        (["1", "--format", "csv", "--chart", "lr"], "--chart is for png, svg, pdf, not for csv"),
        (["1", "--format", "png", "--table", "steps"], "--table is for csv, jsonl, parquet, not for png"),
        (["1", "--format", "svg", "--best"], "--best/--last is for safetensors, onnx, exported-program"),
        (["1", "--format", "onnx", "-o", "-"], "onnx is no text for a terminal"),
        (["9", "--format", "csv"], "there is no run '9'"),
        (["1,", "--format", "csv"], "is not a list of runs"),
    ],
)
def test_what_is_not_possible_is_refused_at_once(
    recorded: Path, asked: list[ExportRequest], words: list[str], why: str
) -> None:
    result = run(recorded, *words)
    assert result.exit_code in (1, 2)
    assert why in result.stderr
    assert asked == []


def test_a_missing_library_names_the_extra(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('No module named matplotlib')")
    environment = {**engine_environment(), "PYTHONPATH": f"{tmp_path}{os.pathsep}{engine_environment()['PYTHONPATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "engine.export"], env=environment, input=json.dumps(asked_of(recorded, "svg", tmp_path)),
        capture_output=True, text=True, timeout=LIMIT, check=True,
    )  # fmt: skip
    assert "svg needs matplotlib" in json.loads(done.stdout)["problem"]
    assert "pip install 'mnist-tui[export]'" in json.loads(done.stdout)["problem"]


def asked_of(checkpoints: Path, format: str, folder: Path) -> dict[str, object]:
    wanted = request(checkpoints, format, folder)
    return {name: getattr(wanted, name) for name in wanted.__struct_fields__}


async def test_a_process_that_dies_is_told_with_its_last_words(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_process, "COMMAND", ["-c", "import sys; sys.exit('out of luck')"])
    told = await export_process.export(request(recorded, "csv", tmp_path))
    assert told.problem == "the export failed: out of luck; the file was not written"


async def test_who_no_longer_waits_ends_the_process(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = tmp_path / "born"
    os.mkfifo(born)
    program = f"import os, time; open({str(born)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    monkeypatch.setattr(export_process, "COMMAND", ["-c", program])
    waiting = asyncio.create_task(export_process.export(request(recorded, "csv", tmp_path)))
    number = int(await asyncio.to_thread(born.read_text))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(number, signal.SIGCONT)
