"""Checks a user's own network in a separate process, so that nothing in its file reaches the engine.

The process has a limit of time, of processor time and of memory, and a process group that is killed when it is done.
What it prints is kept as far as it is short. Nothing here imports torch, or runs the code.
"""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import threading
import time

import msgspec

from engine.networks.own.code import Code, NetworkError
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import ModelDescribed
from engine.vocabulary.messages.base import DIGITS

STARTING = 180.0  # seconds for Python and torch to be there: a cold disk, a busy machine
LIMIT = 60.0  # seconds for the user's code
MEMORY = 4 << 30  # bytes, beside what torch takes; less where the machine has less
MOST_OUTPUT = 8000  # bytes of what the code prints
MOST_LINES = 20
LONGEST_REPLY = 8 << 20
STAGES = {
    "load": "loading the file",
    "make": "making the network",
    "run": "running images through it",
    "train": "a step of training",
}


class Question(msgspec.Struct):
    """What the process is asked: `memory` in bytes, `limit` in seconds."""

    config: RunConfig
    code: Code
    memory: int
    limit: float
    classes: int = len(DIGITS)


class CheckResult(msgspec.Struct, frozen=True):
    """What the process found: the network, or why it cannot be trained. `printed` is what the code printed.

    Of the notes, `found` are those that only a check finds.
    """

    described: ModelDescribed | None = None
    problem: str = ""
    found: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()


class Stage(msgspec.Struct, tag=True):
    """The process has come as far as this, one of STAGES."""

    name: str


class Found(msgspec.Struct, tag=True):
    look: CheckResult


Line = Stage | Found


class CheckProcess:
    """One such process. `run` waits for its end, in a thread that may wait; `kill` ends it from any other."""

    def __init__(self, config: RunConfig, code: Code, classes: int = len(DIGITS)) -> None:
        self.config = config
        self.code = code
        self.classes = classes
        self._process: subprocess.Popen[bytes] | None = None
        self.killed = False  # from outside
        self._lock = threading.Lock()

    def run(self) -> CheckResult:
        """Start it, wait for what it finds, and end it with all that it has started."""
        reply, theirs = os.pipe()
        try:
            question = Question(self.config, self.code, memory_limit(), LIMIT, self.classes)
            with self._lock:
                if self.killed:
                    return CheckResult(problem=f"{self.code.model}: was not checked, as the engine ended")
                self._process = process = subprocess.Popen(
                    [sys.executable, "-m", "engine.networks.own.check_child", str(theirs)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(theirs,),
                    env=environment(),
                )
            os.close(theirs)
            theirs = -1
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.write(msgspec.msgpack.encode(question))
                process.stdin.close()
            return self._wait(process, reply)
        except OSError as error:
            return CheckResult(problem=f"{self.code.model}: no process could be started to check it ({error.strerror})")
        finally:
            self._end()
            os.close(reply)
            if theirs >= 0:
                os.close(theirs)

    def kill(self) -> None:
        """Do not check it, or no longer."""
        self.killed = True
        self._end()

    def _end(self) -> None:
        """End the process and its group, at once and for good."""
        with self._lock:
            process = self._process
            if process is None:
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # not yet waited for: the number is still its own
            process.wait()
            self._process = None
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _wait(self, process: "subprocess.Popen[bytes]", reply: int) -> CheckResult:
        """Read what it says until it is done, or for too long."""
        assert process.stdout is not None
        printed, said, stage = bytearray(), bytearray(), ""
        until = time.monotonic() + STARTING
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            ready.register(reply, selectors.EVENT_READ)
            while True:
                left = until - time.monotonic()
                if left <= 0:
                    return self._failed(late(stage, printed, self.code), printed)
                for key, _ in ready.select(left):
                    chunk = os.read(key.fd, 1 << 16)
                    if key.fd != reply:
                        if not chunk:
                            ready.unregister(key.fd)
                        printed += chunk
                        del printed[:-MOST_OUTPUT]  # the end of it: an error is there
                        continue
                    said += chunk
                    *lines, rest = bytes(said).split(b"\n")
                    said = bytearray(rest)
                    for line in lines:
                        told = decoded(line)
                        if isinstance(told, Found):
                            return msgspec.structs.replace(told.look, printed=readable(printed))
                        if isinstance(told, Stage):
                            until = until if stage else time.monotonic() + LIMIT
                            stage = told.name
                    if not chunk or len(said) > LONGEST_REPLY:
                        with contextlib.suppress(OSError):
                            os.set_blocking(process.stdout.fileno(), False)
                            printed += process.stdout.read(MOST_OUTPUT) or b""
                        return self._failed(ended(process, stage), printed)

    def _failed(self, why: str, printed: bytearray) -> CheckResult:
        return CheckResult(problem=f"{self.code.model}: {why}", printed=readable(printed))


def decoded(line: bytes) -> Line | None:
    try:
        return msgspec.json.decode(line, type=Line)  # type: ignore[no-any-return]
    except msgspec.MsgspecError:
        return None


def late(stage: str, printed: bytearray, code: Code) -> str:
    """Say what took too long, and in which line."""
    if not stage:
        return f"the process that checks it has not started for {STARTING:.0f} s; is the machine too busy?"
    lines = re.findall(rb'File "' + re.escape(code.name.place.encode()) + rb'", line (\d+)', printed)
    line = f", line {lines[0].decode()}" if lines else ""
    return f"{STAGES.get(stage, stage)} did not end within {LIMIT:.0f} s{line}"


def ended(process: "subprocess.Popen[bytes]", stage: str) -> str:
    """Say how a process ended that has found nothing."""
    try:
        status = process.wait(5)
    except subprocess.TimeoutExpired:
        return "its code closed the pipe for the answer"
    doing = STAGES.get(stage, "starting")
    if -status in (signal.SIGXCPU, signal.SIGALRM):
        return f"{doing} did not end"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"{doing} ended the process ({signal.Signals(-status).name})"
    return f"{doing} ended the process (exit status {status})"


def readable(printed: bytearray) -> tuple[str, ...]:
    """Return the last lines of what was printed, without what a terminal would obey."""
    text = printed.decode(errors="replace")
    lines = ("".join(c if c.isprintable() else "?" for c in line.rstrip())[:500] for line in text.splitlines())
    return tuple(line for line in lines if line)[-MOST_LINES:]


def memory_limit() -> int:
    """Return how much memory the process may use: half of the machine's at most."""
    try:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError):
        return MEMORY
    return min(MEMORY, max(half, 1 << 30))


def environment() -> dict[str, str]:
    """Return the engine's environment, but for what makes a process one of a group; one thread disturbs no training."""
    group = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
    kept = {n: v for n, v in os.environ.items() if n not in group and not n.startswith("TORCHELASTIC_")}
    return {**kept, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def described(result: CheckResult) -> ModelDescribed:
    """Return what a check found. Raises NetworkError."""
    if result.described is None:
        raise NetworkError(result.problem)
    return result.described
