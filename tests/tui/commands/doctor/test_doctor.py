"""`mnist-tui doctor`: it ends, says what is wrong with a remedy, and shows nothing that it should not."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from limits import LIMIT
from places import ROOT

from tui.__main__ import cli
from tui.commands.doctor import accelerators, folders, machine, probing
from tui.commands.doctor.findings import Check, Finding, examine, ok, problem


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command without torch, whose import takes seconds; that has its own tests."""
    monkeypatch.setattr(accelerators, "look", lambda: [ok("torch 2.99")])

    def call(*words: str) -> Result:
        result = CliRunner().invoke(cli, ["doctor", "--checkpoints", str(tmp_path / "runs"), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


def test_it_tells_what_a_bug_report_needs(doctor: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    result = doctor()
    for words in ("mnist-tui 1.", "Python 3.", "textual ", "TERM is xterm-256color", "cores", "GiB of memory",
                  "GiB free", "none runs for this folder", "torch 2.99", "clock: 20"):  # fmt: skip
        assert words in result.output


def test_the_same_is_told_as_json(doctor: Callable[..., Result]) -> None:
    result = doctor("--json")
    told = json.loads(result.output)
    assert told["ok"] is (result.exit_code == 0)
    assert {each["about"] for each in told["findings"]} == {
        "program", "terminal", "machine", "folders", "engine", "torch",
    }  # fmt: skip
    assert all(each["state"] in ("ok", "note", "problem") for each in told["findings"])
    assert all(each["remedy"] for each in told["findings"] if each["state"] == "problem")


def wrong(result: Result) -> list[str]:
    """Return what is wrong; each has a remedy below it, and together they make the exit status 1."""
    assert result.exit_code == 1
    lines = result.output.splitlines()
    found = [number for number, line in enumerate(lines) if line[10:].startswith("WRONG")]
    assert found
    assert all("-> " in lines[number + 1] for number in found)
    assert lines[-1].startswith(f"{len(found)} thing")
    return [lines[number] for number in found]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OMP_NUM_THREADS", "many", "no number of threads"),
        ("OMP_NUM_THREADS", "5000", "more than the"),
        ("LC_ALL", "xx_YY.UTF-8", "the locale of LC_ALL=xx_YY.UTF-8 is not installed"),
        ("MNIST_TUI_THEME", "nrod", "did you mean nord?"),
        ("MNIST_TUI_CONFIG", "/dev/null/x", "Not a directory"),
        ("XDG_STATE_HOME", "/proc/none", "cannot be made"),
        ("TMPDIR", "/proc", "temporary files: /proc"),
    ],
)
def test_what_is_wrong_with_the_surroundings_is_named(
    doctor: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    if variable == "TMPDIR":
        monkeypatch.setattr("tempfile.tempdir", value)
    assert any(words in line for line in wrong(doctor()))


def test_a_state_folder_that_others_may_enter_is_wrong(doctor: Callable[..., Result]) -> None:
    folder = Path(os.environ["XDG_STATE_HOME"]) / "mnist-tui"
    folder.mkdir()
    folder.chmod(0o755)
    assert any("is open to other users" in line for line in wrong(doctor()))
    folder.chmod(0o700)


def test_a_folder_of_runs_that_is_a_file_is_wrong(doctor: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(cli, ["doctor", "--checkpoints", str(tmp_path / "file" / "runs")])
    assert any("is no folder" in line for line in wrong(result))


@pytest.mark.parametrize(("name", "words"), [("n" * 300, "File name too long"), ("secret/of/others", "secret: Perm")])
def test_a_folder_of_runs_that_cannot_be_looked_at_keeps_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    (tmp_path / "secret").mkdir()
    really = Path.stat

    def stat(path: Path, **options: bool) -> os.stat_result:
        if path.is_relative_to(tmp_path / "secret") and path.name != "secret":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really(path, **options)

    def temporary(dir: Path, **options: str) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(dir))

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr("tempfile.TemporaryFile", temporary)
    found = [finding for finding in folders.look(tmp_path / name) if finding.state == "problem"]
    assert words in found[0].what
    assert "--checkpoints FOLDER" in found[0].remedy
    assert found[-1].what.startswith("temporary files")


def test_a_machine_without_proc_is_told_without_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/proc/meminfo")

    monkeypatch.setattr("psutil.virtual_memory", absent)
    found = list(machine.look())
    assert [each.remedy for each in found if "/proc/meminfo: No such" in each.what] == ["mount -t proc proc /proc"]
    assert "clock" in found[-1].what


def test_a_key_in_an_address_is_not_printed(doctor: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_TUI_LOG_TO", "tensorboard,mlflow=https://me:hunter2@host/?api_key=hunter2")
    output = doctor().output
    assert "MNIST_TUI_LOG_TO=tensorboard,mlflow=https://...@host/" in output
    assert "hunter2" not in output


def test_nothing_is_left_behind(doctor: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    doctor()
    assert list((tmp_path / "runs").iterdir()) == []
    assert list((Path(os.environ["XDG_STATE_HOME"]) / "mnist-tui").iterdir()) == []


def test_no_secret_no_name_and_no_escape_sequence_is_printed(
    doctor: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "mallory"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MNIST_TUI_DATA", str(home / "none"))
    monkeypatch.setenv("TMPDIR", str(home))
    monkeypatch.setattr("tempfile.tempdir", str(home))
    monkeypatch.setenv("MNIST_TUI_CHECKPOINTS", f"{home}/runs")
    monkeypatch.setenv("XDG_CACHE_HOME", f"{home}/.cache")
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "PIP_INDEX_URL", "MNIST_TUI_PASSWORD", "PGPASSWORD"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("TERM", "\x1b]0;evil\x07")
    for words in ((), ("--json",)):
        output = doctor(*words).output
        assert "hunter2" not in output
        assert "mallory" not in output
        assert "\x1b" not in output
        assert "\\u001b]0;evil" in output or "]0;evil" in output


def test_a_check_that_hangs_or_fails_is_told_and_keeps_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for_ever = threading.Event()

    def hangs() -> Iterator[Finding]:
        yield ok("half of it")
        for_ever.wait()

    def fails() -> Iterator[Finding]:
        raise ValueError("no such thing")
        yield

    checks = [
        Check("slow", hangs, "turn it off and on", limit=0.1),
        Check("broken", fails, ""),
        Check("well", lambda: [ok("fine")], ""),
    ]
    slow, broken, well = examine(checks)
    assert slow.findings == [ok("half of it"), problem("no answer within 0.1 s", "turn it off and on")]
    assert "ValueError: no such thing" in broken.findings[0].what
    assert well.findings == [ok("fine")]
    for_ever.set()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import no_such_torch", "ModuleNotFoundError: No module named 'no_such_torch'"),
        ("import os; os.abort()", "it crashed: SIGABRT"),
        ("print('hello')", "exit status 0"),
        ("raise SystemExit(3)", "exit status 3"),
    ],
)
def test_a_probe_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, program: str, words: str) -> None:
    monkeypatch.setattr(probing, "module", lambda name: ["-c", program])
    with pytest.raises(probing.ProbeError, match=words):
        probing.answer(probing.probe("torch_probe"), time.monotonic() + 300)


def test_a_probe_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "module", lambda name: ["-c", "import time; time.sleep(600)"])
    process = probing.probe("driver_probe")
    with pytest.raises(probing.ProbeError, match="no answer within"):
        probing.answer(process, time.monotonic())
    assert process.wait(300) < 0


def test_without_torch_it_says_so_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "module", lambda name: ["-c", "import no_such_torch"])
    found = [finding for finding in accelerators.look() if finding.state == "problem"]
    assert "torch cannot be imported, so nothing can train" in found[-1].what
    assert found[-1].remedy.startswith(f"{sys.executable} -m pip install")


def test_it_ends_even_if_a_disk_hangs_while_its_options_are_read() -> None:
    program = "import time\nfrom tui.commands.doctor.deadline import end_in_time\nend_in_time(0.01)\ntime.sleep(600)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 1
    assert "does not answer" in done.stderr


@pytest.mark.slow
def test_the_real_probes_answer() -> None:
    end = time.monotonic() + 300
    torch, driver = (probing.answer(probing.probe(f"{name}_probe"), end) for name in ("torch", "driver"))
    assert torch["threads"] >= 1
    assert "gpus" in driver
    states = {finding.state for finding in accelerators.judge(torch, driver)}
    assert "problem" not in states
