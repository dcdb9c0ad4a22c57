"""python -m engine: the engine process. Started by `mnist-tui`, and by hand for a look at its output.

The socket answers before torch is imported (seconds), so that a screen is there at once.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path

from engine.messages import ALREADY_SERVED, AnyEvent, CommandFailed, EngineFailed, ResumeRun, program_version
from engine.output import say
from engine.paths import PathError, default_checkpoints, engine_log, remove_meetings
from engine.runs import close_interrupted
from engine.seat import take_seat
from engine.server import Server, start_in_thread
from engine.torchrun import meeting, rank, restarts, world_size

PRIORITY = "5"  # of the engine's session, from -20 to 19: a third of the share of a screen that needs it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description="The training engine of mnist-tui.")
    parser.add_argument("--checkpoints", type=Path, help="folder of runs to serve")
    parser.add_argument("--data", default="", help="data set to load first (default: what is found)")
    parser.add_argument("--idle-exit", type=float, default=900, help="end after so many seconds without work")
    options = parser.parse_args()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    if rank() > 0:
        return accompany()
    try:
        checkpoints = (options.checkpoints or default_checkpoints()).resolve()
        checkpoints.mkdir(parents=True, exist_ok=True)
        seat = take_seat(checkpoints)
        if seat is None:
            return ALREADY_SERVED
        listener = seat.listen()
        remove_meetings(checkpoints, keep=meeting())
    except (PathError, OSError) as error:
        print(f"mnist-tui engine: {error}", file=sys.stderr)
        return 1

    interrupted = close_interrupted(checkpoints)
    server = Server(checkpoints, program_version(), options.idle_exit)
    start_in_thread(server, listener, engine_log(checkpoints))
    asyncio.run_coroutine_threadsafe(seat.keep(server.serve), server.loop)
    try:
        from engine.group import join
        from engine.worker import Worker

        worker = Worker(checkpoints, server, join())
        signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
        server.employ(worker)
        if restarts() and interrupted:
            worker.submit(ResumeRun(run=interrupted[-1]), lambda event: say(describe_restart(event)))
        worker.work(options.data)
    except Exception as error:
        traceback.print_exc()
        server.publish(EngineFailed(reason=f"{type(error).__name__}: {error}"))
        server.flush()
        seat.leave()
        leave_group(1)
        return 1
    seat.leave()
    server.flush()
    leave_group(0)
    return 0


def give_way() -> None:
    """Let screens go first where training keeps every core busy.

    Linux shares cores out between sessions, of which the engine has one of its own; `nice` has a say only within one
    (https://man7.org/linux/man-pages/man7/sched.7.html, autogroup).
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(PRIORITY)


def describe_restart(answer: AnyEvent) -> str:
    if isinstance(answer, CommandFailed):
        return f"a process was lost, and the run cannot go on: {answer.reason}"
    return "a process was lost; the run goes on from its last checkpoint"


def accompany() -> int:
    """Train along with the engine, as one of the other processes of a torchrun."""
    try:
        from engine.follower import follow
        from engine.group import Group

        follow(Group())
    except Exception:
        traceback.print_exc()
        leave_group(1)
    leave_group(0)
    return 0


def leave_group(status: int) -> None:
    """End this process at once where something would hold it up: of several processes, a connection to one that is
    lost; threads and exit handlers of a user's own network."""
    guard = sys.modules.get("engine.own_guard")
    if world_size() > 1 or (guard is not None and guard.guards):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
