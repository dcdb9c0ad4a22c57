"""python -m engine: the engine process. Started by `mnist-tui`, and by hand for a look at its output.

The socket answers before torch is imported (seconds), so that a screen is there at once.
"""

import argparse
import fcntl
import os
import signal
import socket
import sys
import traceback
from pathlib import Path

from engine.messages import ALREADY_SERVED, EngineFailed, Shutdown, program_version
from engine.paths import PathError, default_checkpoints, engine_lock, engine_log, engine_socket
from engine.runs import close_interrupted
from engine.server import Server, start_in_thread


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description="The training engine of mnist-tui.")
    parser.add_argument("--checkpoints", type=Path, default=default_checkpoints(), help="folder of runs to serve")
    parser.add_argument("--data", default="", help="data set to load first (default: what is found)")
    parser.add_argument("--idle-exit", type=float, default=900, help="end after so many seconds without work")
    options = parser.parse_args()
    checkpoints = options.checkpoints.resolve()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        checkpoints.mkdir(parents=True, exist_ok=True)
        path = engine_socket(checkpoints)
        lock = take_lock(engine_lock(checkpoints))
    except (PathError, OSError) as error:
        print(f"mnist-tui engine: {error}", file=sys.stderr)
        return 1
    if lock is None:
        return ALREADY_SERVED
    path.unlink(missing_ok=True)  # of an engine that died: the lock was free
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    os.chmod(path, 0o600)

    close_interrupted(checkpoints)
    server = Server(checkpoints, program_version(), options.idle_exit)
    start_in_thread(server, listener, engine_log(checkpoints))
    try:
        from engine.worker import Worker

        worker = Worker(checkpoints, server)
        signal.signal(signal.SIGTERM, lambda *_: worker.submit(Shutdown(force=True), lambda event: None))
        server.employ(worker)
        worker.work(options.data)
    except Exception as error:
        traceback.print_exc()
        server.publish(EngineFailed(reason=f"{type(error).__name__}: {error}"))
        server.flush()
        return 1
    finally:
        path.unlink(missing_ok=True)
    server.flush()
    return 0


def take_lock(path: Path) -> int | None:
    """Return the held lock, or None when another engine holds it. The system frees it however the holder ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


if __name__ == "__main__":
    sys.exit(main())
