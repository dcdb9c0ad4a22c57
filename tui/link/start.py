"""Find the engine of a folder of runs, or start it: a process in a session of its own."""

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

from engine.machine.torchrun import without_job
from engine.storage.engine_log import open_log
from engine.storage.growing_file import GrowingFile
from engine.storage.paths import engine_log
from engine.vocabulary.messages import ALREADY_SERVED, AskStatus, CommandDone, Shutdown, StatusTold
from tui.link.client import EngineClient
from tui.link.errors import EngineSilent, EngineUnreachable
from tui.link.logout import precaution
from tui.link.torchrun import launcher
from tui.link.waiting import (
    RETRY,
    RETRY_LATER,
    START_LIMIT,
    STARTING,
    TELL_AFTER,
    OnWait,
    Stopwatch,
    holder,
    is_there,
    keep_silent,
    keep_waiting,
    silence,
    until_gone,
    wait_with_progress,
)


async def connect_or_start(
    checkpoints: Path,
    *,
    data: str = "",
    idle_exit: float = 900,
    any_version: bool = False,
    processes: int | None = None,
    jobs: int = 1,
    on_wait: OnWait = keep_silent,
) -> EngineClient:
    """Attach to the engine of a folder of runs, starting one if there is none. Raises EngineUnreachable.

    With `processes` it is an engine of so many; one that has another number and nothing to do makes way for it.
    None is started while another one holds the folder of runs, whether that one answers or not: `on_wait` is told
    what is waited for.
    """
    process: subprocess.Popen[bytes] | None = None
    output = GrowingFile(engine_log(checkpoints))
    waited = Stopwatch()
    while waited.read() < START_LIMIT:
        with contextlib.suppress(OSError):
            client = await EngineClient.connect(
                checkpoints,
                any_version=any_version,
                limit=START_LIMIT - waited.seconds,
                on_wait=on_wait,
                after=0.0 if process is None else STARTING,
            )
            if processes not in (None, client.welcome.processes) and not client.foreign:
                await make_way(client, processes, on_wait)
                await until_gone(checkpoints, on_wait)
                continue
            if process is not None and process.pid != client.welcome.pid and client.welcome.processes == 1:
                process.terminate()  # it came second; later it might find the seat free, and wait there for nobody
            return client
        # An engine that found another one at work has ended rightly. That other one will answer, unless it
        # is just ending: then it is our turn again.
        if process is None or process.poll() == ALREADY_SERVED:
            if not is_there(checkpoints):
                await asyncio.to_thread(precaution)  # asks systemd, and remembers the answer
                process = start_engine(checkpoints, data, idle_exit, processes or 1, jobs)
            elif waited.seconds >= TELL_AFTER:
                words = f", which holds {checkpoints} and does not answer"
                keep_waiting(checkpoints, waited.seconds, START_LIMIT, on_wait, words)
        elif process.returncode is not None:
            break
        elif waited.seconds >= STARTING:
            on_wait(f"waiting for the engine (pid {process.pid}), which is starting")
        await asyncio.sleep(RETRY if waited.seconds < TELL_AFTER else RETRY_LATER)
    if is_there(checkpoints) and (process is None or process.poll() in (None, ALREADY_SERVED)):
        raise EngineSilent(silence(checkpoints, holder(checkpoints), waited.seconds))
    raise EngineUnreachable(
        f"{failure(process, output.new_lines())}; the engine's output is in {engine_log(checkpoints)}"
    )


async def make_way(client: EngineClient, processes: int | None, on_wait: OnWait) -> None:
    """End an engine that has another number of processes and nothing to do. Raises EngineUnreachable."""

    async def read() -> None:
        async for _ in client.events():
            pass

    reading = asyncio.create_task(read())
    status = await client.request(AskStatus(), StatusTold)
    if status.state not in ("idle", "starting"):
        await client.close()
        raise EngineUnreachable(
            f"the engine has {client.welcome.processes} processes, not {processes}, and is {status.state}"
            f" {status.run}; stop that run first, or leave out --processes"
        )

    async def end() -> None:
        await client.request(Shutdown(), CommandDone)
        await reading

    await wait_with_progress(
        end(), lambda seconds: on_wait(f"waiting for the engine (pid {client.welcome.pid}) to end")
    )


def start_engine(
    checkpoints: Path, data: str, idle_exit: float, processes: int = 1, jobs: int = 1
) -> "subprocess.Popen[bytes]":
    """Start an engine in a session of its own, so that no hang-up of this terminal reaches it, nor a logout.

    Several processes are started by torchrun, which starts all of them again when one is lost. With other `jobs` than 1
    it gets ready meanwhile to train several runs at once.
    Raises EngineUnreachable.
    """
    command = ["-m", "engine", "--checkpoints", str(checkpoints), "--idle-exit", str(idle_exit)]
    if data:
        command += ["--data", data]
    if jobs != 1:
        command += ["--jobs", str(jobs)]
    try:
        checkpoints.mkdir(parents=True, exist_ok=True)
        torchrun, variables = launcher(processes, checkpoints)
        with open_log(engine_log(checkpoints)) as log:
            return subprocess.Popen(
                [*precaution().prefix, sys.executable, *torchrun, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**engine_environment(), **variables},
            )
    except OSError as error:
        raise EngineUnreachable(
            f"{error.filename or checkpoints}: cannot be used ({error.strerror}), so no engine can start;"
            " use another folder of runs with --checkpoints"
        ) from error


def failure(process: "subprocess.Popen[bytes] | None", output: list[str]) -> str:
    """Say why an engine that was started does not answer."""
    status = process.poll() if process is not None else None
    if status is None or status == ALREADY_SERVED:
        return f"an engine is there, but has not answered for {START_LIMIT:.0f} s"
    words = next((line.strip() for line in reversed(output) if line.strip()), "")
    return f"the engine did not start (exit status {status}): {words.removeprefix('mnist-tui engine: ')}"


def engine_environment() -> dict[str, str]:
    """Return the environment in which `python -m engine` finds the same engine as this program."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    # Threads of OpenMP that wait for each other spin by default; where somebody else needs a core as well, that
    # slows training down by a factor of up to 25. Short spinning costs nothing where nobody does.
    spinning = {} if "OMP_WAIT_POLICY" in os.environ else {"GOMP_SPINCOUNT": "10000"}
    search = f"{root}{os.pathsep}{path}" if path else root
    # `python -m` would look into the present folder before all others: a numpy.py there is nobody's wish.
    return {**spinning, **without_job(os.environ), "PYTHONPATH": search, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}
