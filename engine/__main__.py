"""python -m engine: the engine process. Started by `mnist-tui`, and by hand for a look at its output.

The socket answers before torch is imported (seconds), so that a screen is there at once.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from engine.machine.cpu_priority import give_way
from engine.machine.torchrun import end_group, is_whole, rank, rendezvous_folder, restarts, world_size
from engine.server.listener import Server, start_in_thread
from engine.server.pool.process import ForkedProcess, prepare
from engine.server.single_instance import lock_instance
from engine.storage.files import in_words
from engine.storage.paths import PathError, default_checkpoints, engine_log, remove_rendezvous
from engine.storage.printing import say
from engine.storage.runs.bounded_history import History
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import RunError
from engine.storage.runs.listing import close_interrupted
from engine.storage.runs.log_writer import close_lost
from engine.tracking.processes import TrackedEvents, Trackers
from engine.vocabulary.messages import (
    ALREADY_SERVED,
    AnyEvent,
    CommandFailed,
    EngineFailed,
    ResumeRun,
    RunEnded,
    program_version,
)

RANK_0_PATIENCE = 20.0  # seconds after SIGTERM for the first process to end the others; torchrun kills after 30


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description="The training engine of mnist-tui.")
    parser.add_argument("--checkpoints", type=Path, help="folder of runs to serve")
    parser.add_argument("--data", default="", help="data set to load first (default: what is found)")
    parser.add_argument("--jobs", type=int, default=1, help="get ready to train this many runs at once")
    parser.add_argument("--idle-exit", type=float, default=900, help="end after this many seconds without work")
    options = parser.parse_args()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    if world_size() > 1:
        signal.signal(signal.SIGTERM, leave_early)
    if rank() > 0:
        return main_of_other_ranks()
    try:
        checkpoints = (options.checkpoints or default_checkpoints()).resolve()
        checkpoints.mkdir(parents=True, exist_ok=True)
        instance = lock_instance(checkpoints)
        if instance is None:
            return ALREADY_SERVED
        listener = instance.listen()
        remove_rendezvous(checkpoints, keep=rendezvous_folder())
    except (PathError, OSError) as error:
        print(f"mnist-tui engine: {in_words(error)}", file=sys.stderr)
        return 1

    if options.jobs != 1:
        prepare()
    interrupted = close_interrupted(checkpoints)
    server = Server(checkpoints, program_version(), options.idle_exit, asyncio.new_event_loop())
    lost = interrupted[-1] if restarts() and interrupted else ""  # what the group trained that lost a process
    if lost:
        server.broadcast.state.history = History(EventReader(checkpoints / lost))
    start_in_thread(server, listener, engine_log(checkpoints))
    asyncio.run_coroutine_threadsafe(instance.keep_reachable(server.serve), server.loop)
    trackers = Trackers(checkpoints, server.broadcast.publish)
    try:
        from engine.machine.process_group import join
        from engine.server.job_process import train_beside
        from engine.server.worker.command_loop import Worker

        sink = TrackedEvents(server.broadcast.publish, server.broadcast.replace_history, trackers)
        start = ForkedProcess.starter(train_beside, checkpoints) if world_size() == 1 else None
        worker = Worker(checkpoints, sink, join(), start)
        take_sigterm(server, worker.terminate)
        server.router.employ(worker)
        if lost:
            worker.submit(ResumeRun(run=lost), lambda answer: tell_restart(answer, checkpoints / lost, server))
        trackers.resume()
        worker.work(options.data)
    except Exception as error:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun's, because of the same loss: this is told first
        traceback.print_exc()
        server.broadcast.publish(EngineFailed(reason=reason_of(error)))
        server.broadcast.flush()
        instance.release()
        leave_group(1)
        return 1
    trackers.close()
    instance.release()
    server.broadcast.flush()
    if worker.restarts:
        os.execv(sys.executable, sys.orig_argv)
    leave_group(0)
    return 0


def reason_of(error: Exception) -> str:
    from engine.machine.process_group import GroupBroken

    return str(error) if isinstance(error, GroupBroken) else f"{type(error).__name__}: {error}"


def take_sigterm(server: Server, terminate: Callable[[], None]) -> None:
    """Have SIGTERM end the engine: in order by the training thread, and by the thread that serves where that one hangs.

    Python calls a handler between two of the training thread's instructions, which may not come; what the system writes
    to the wake-up descriptor comes whatever that thread does.
    """
    heard, written = socket.socketpair()
    for end in (heard, written):
        end.setblocking(False)

    def hear() -> None:
        if signal.SIGTERM in heard.recv(64) and (world_size() == 1 or is_whole()):
            server.router.terminate()

    signal.set_wakeup_fd(written.detach(), warn_on_full_buffer=False)
    server.loop.call_soon_threadsafe(server.loop.add_reader, heard, hear)
    signal.signal(signal.SIGTERM, lambda *_: terminate())


def tell_restart(answer: AnyEvent, folder: Path, server: Server) -> None:
    """Say whether a run goes on after a process was lost; a run that does not gets its end."""
    if not isinstance(answer, CommandFailed):
        say("a process was lost; the run goes on from its last checkpoint")
        return
    reason = f"a process was lost, and the run cannot go on: {answer.reason}"
    say(reason)
    try:
        ended = close_lost(folder, reason)
    except (RunError, OSError) as error:
        say(f"{folder.name}: its end could not be recorded ({error})")
        ended = RunEnded(run=folder.name, step=0, time=time.time(), state="failed", reason=reason)
    server.broadcast.publish(ended)


def leave_early(*_: object) -> None:
    """End on SIGTERM before there is anything to save: for good, unless torchrun sent it to start all of them again."""
    if rank() == 0 and is_whole():
        end_group()
        os._exit(0)
    os._exit(128 + signal.SIGTERM)


def end_after_rank_0(*_: object) -> None:
    """On SIGTERM let the first process save the run and end this one; it must not take too long."""
    timer = threading.Timer(RANK_0_PATIENCE, os._exit, [128 + signal.SIGTERM])
    timer.daemon = True
    timer.start()


def main_of_other_ranks() -> int:
    """Train along with the engine, as one of the other processes of a torchrun."""
    try:
        from engine.machine.process_group import TorchrunGroup
        from engine.training.worker_rank import train_with_rank_0

        group = TorchrunGroup()
        signal.signal(signal.SIGTERM, end_after_rank_0)
        train_with_rank_0(group)
    except Exception:
        traceback.print_exc()
        leave_group(1)
    leave_group(0)
    return 0


def leave_group(status: int) -> None:
    """End this process at once where something would hold it up: of several processes, a connection to one that is
    lost; threads and exit handlers of a user's own network."""
    isolation = sys.modules.get("engine.networks.own.isolation")
    if world_size() > 1 or (isolation is not None and isolation.isolations):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
