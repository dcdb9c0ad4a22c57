"""A user's own network is looked at in a process of its own, which ends whatever the code does."""

import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from limits import LIMIT

from engine.networks.own import check
from engine.networks.own.check import CheckProcess, CheckResult
from engine.networks.own.code import named_code
from engine.server.worker.network_checks import NetworkChecks
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyEvent, CommandFailed, DescribeModel, ModelDescribed, Shutdown, StartRun, Stop
from tests.engine.networks.own.written import Write, config_of, instant_looks, network
from tests.engine.server.worker.driven_worker import Engine


@pytest.fixture
def engine(checkpoints: Path) -> Engine:
    made = Engine(checkpoints)
    made.worker.loader.load("")
    return made


def checked(own: str) -> CheckResult:
    code = named_code(own)
    assert code is not None
    return CheckProcess(config_of(own), code).run()


def notes(own: str) -> str:
    look = checked(own)
    assert look.described is not None, look.problem
    return "\n".join(look.described.notes)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_file_that_hangs_is_named_with_its_line_and_its_processes_end(
    engine: Engine,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Training goes on meanwhile."""
    monkeypatch.setattr(check, "LIMIT", 2.0)
    child = tmp_path / "child"
    own = write(f"""
        import os, time
        open({str(child)!r}, "w").write(str(os.getpid()))
        print("flood \\x1b[2J" * 100_000)
        if os.fork() == 0:
            time.sleep(600)
        while True:
            pass
    """)
    engine.done(StartRun(config=config_of("seed-cnn", epochs=2)))
    answers: list[AnyEvent] = []
    engine.worker.carry_out(DescribeModel(config=config_of(own), id=9), answers.append)
    assert answers == []
    assert engine.finish().state == "finished"  # before the answer: it waits for nothing
    engine.worker.carry_out(*engine.worker.commands.get(timeout=LIMIT))
    [answer] = answers
    assert isinstance(answer, CommandFailed)
    assert "loading the file did not end within 2 s, line " in answer.reason
    pid = int(child.read_text())
    wait_until(lambda: not is_there(pid))
    wait_until(lambda: not [each for each in os.listdir("/proc") if each.isdecimal() and group_of(int(each)) == pid])


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid) if is_there(pid) else -1
    except ProcessLookupError:
        return -1


def test_a_run_that_is_stopped_before_it_began_does_not_begin(engine: Engine, write: Write) -> None:
    answers: list[AnyEvent] = []
    own = write(network(top="while True: pass"))
    engine.worker.carry_out(StartRun(config=config_of(own), id=9), answers.append)
    assert engine.worker.busy
    assert "about to start" in engine.refused(StartRun(config=config_of("seed-cnn")))
    engine.done(Stop())
    assert [answer.reason for answer in answers if isinstance(answer, CommandFailed)] == ["stopped before it began"]
    assert "no run is training" in engine.refused(Stop())
    engine.done(StartRun(config=config_of("seed-cnn")))
    engine.done(Stop())
    wait_until(lambda: not any(thread.name == "look" for thread in threading.enumerate()))
    assert not engine.worker.busy


def test_an_engine_that_ends_answers_those_who_wait(engine: Engine, write: Write) -> None:
    answers: list[AnyEvent] = []
    engine.worker.carry_out(DescribeModel(config=config_of(write("while True: pass")), id=9), answers.append)
    engine.done(Shutdown())
    assert isinstance(answers[0], CommandFailed)
    wait_until(lambda: not any(thread.name == "look" for thread in threading.enumerate()))


def test_a_description_is_kept_until_the_file_changes(
    engine: Engine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    instant_looks(monkeypatch)
    own = write(network())
    assert isinstance(engine.tell(DescribeModel(config=config_of(own))), ModelDescribed)
    answers: list[AnyEvent] = []
    engine.worker.carry_out(DescribeModel(config=config_of(own)), answers.append)
    assert isinstance(answers[0], ModelDescribed)  # at once
    write(network(top="raise ValueError('edited')"))
    assert "edited" in engine.refused(DescribeModel(config=config_of(own)))


def test_what_is_printed_is_kept_short_and_inert(
    engine: Engine,
    write: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = write(network(top="for i in range(5000): print(i, '\\x1b[2J\\u202e')"))
    assert isinstance(engine.tell(DescribeModel(config=config_of(own))), ModelDescribed)
    lines = [line for line in capsys.readouterr().out.splitlines() if "printed" in line]
    assert len(lines) == check.MOST_LINES
    assert lines[-1] == "net.py:Net printed: 4999 ?[2J?"


ENDINGS = {
    "os._exit": (network(top="import os; os._exit(0)"), "loading the file ended the process (exit status 0)"),
    "crash": (network(init="import ctypes; ctypes.string_at(0)"), "making the network ended the process (SIGSEGV)"),
    "in training": (
        network(forward="import os; os._exit(3) if self.training else 0"), "a step of training ended the process"
    ),
    "memory": (network(init="self.x = torch.ones(1 << 36)"), "allocate memory"),
    "bytes": (network(top="X = [bytearray(1 << 28) for _ in range(1000)]"), "MemoryError"),
    "closes": (network(top="import os; os.closerange(3, 100); 1 / 0"), "loading the file"),
    "kills": (network(top="import os; os.kill(0, 9)"), "SIGKILL"),
    "state": (network() + "    def state_dict(self, *a, **k):\n        return {'out.bias': self.out.bias}\n", "state"),
    "lying state": (
        network() + "    def load_state_dict(self, *a, **k):\n        pass\n", "does not hold hidden.weight, hidden."
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("text", "words"), ENDINGS.values(), ids=ENDINGS)
def test_however_the_process_ends_it_is_told(
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    words: str,
) -> None:
    monkeypatch.setattr(check, "MEMORY", 1 << 30)
    look = checked(write(text))
    assert look.described is None
    assert words in look.problem
    assert "net.py" in look.problem


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (network(init="torch.manual_seed(0); self.hidden = nn.Linear(784, 20); self.out = nn.Linear(20, 10)"),
         "starts with the same weights for every seed"),
        (network(top="L = nn.Linear(10, 10)") + "    def __call__(self, x): return L(super().__call__(x))\n",
         "uses 110 trainable values that are not among its parameters"),
        (network() + "    extra = nn.Linear(3, 3)\n", "self.extra belongs to the class"),
        (network(top="torch.set_default_dtype(torch.float64)"), "sets the default dtype; this is undone"),
        (network(top="nn.functional.gelu = torch.relu"), "replaces torch.nn.functional.gelu in other modules"),
        (network(forward="if self.training: raise ValueError('later')"), "fails in training on two images"),
        (network() + "    def train(self, mode=True): return self\n", ""),
        (network(top="import threading; threading.Thread(target=threading.Event().wait, name='mine').start()"),
             "started threads that keep running (mine)"),
        (network(top="import atexit, time; atexit.register(time.sleep, 600)"), ""),
        (network(top="import os, sys; os.close(1); os.close(2); sys.stdout = None"), "sets sys.stdout; this is undone"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_its_owner_should_know_is_told(write: Write, text: str, words: str) -> None:
    told = notes(write(text))
    assert words in told
    assert bool(told) == bool(words)


def test_who_waits_for_a_look_is_told_what_for(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    class Slow(CheckProcess):
        def run(self) -> CheckResult:
            begun.set()
            goes_on.wait(LIMIT)
            return CheckResult(problem="nothing")

    monkeypatch.setattr("engine.server.worker.network_checks.CheckProcess", Slow)
    done: queue.SimpleQueue[object] = queue.SimpleQueue()
    checks = NetworkChecks(lambda command, reply: done.put(command))
    code = named_code(write(network()))
    assert code is not None
    assert checks.network == ""
    command = StartRun(config=RunConfig(model=code.model))
    assert checks.result_of(command.config, code, command, done.put) is None
    assert begun.wait(LIMIT)
    assert checks.network == "net.py:Net"
    goes_on.set()
    assert done.get(timeout=LIMIT) == command
    assert checks.network == ""
