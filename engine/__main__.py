"""python -m engine: the engine process. Started by `mnist-tui`, and by hand for a look at its output.

The socket answers before torch is imported (seconds), so that a screen is there at once.
"""

import argparse
import asyncio
import signal
import sys
import traceback
from pathlib import Path

from engine.messages import ALREADY_SERVED, EngineFailed, Shutdown, program_version
from engine.paths import PathError, default_checkpoints, engine_log
from engine.runs import close_interrupted
from engine.seat import take_seat
from engine.server import Server, start_in_thread


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description="The training engine of mnist-tui.")
    parser.add_argument("--checkpoints", type=Path, help="folder of runs to serve")
    parser.add_argument("--data", default="", help="data set to load first (default: what is found)")
    parser.add_argument("--idle-exit", type=float, default=900, help="end after so many seconds without work")
    options = parser.parse_args()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        checkpoints = (options.checkpoints or default_checkpoints()).resolve()
        checkpoints.mkdir(parents=True, exist_ok=True)
        seat = take_seat(checkpoints)
        if seat is None:
            return ALREADY_SERVED
        listener = seat.listen()
    except (PathError, OSError) as error:
        print(f"mnist-tui engine: {error}", file=sys.stderr)
        return 1

    close_interrupted(checkpoints)
    server = Server(checkpoints, program_version(), options.idle_exit)
    start_in_thread(server, listener, engine_log(checkpoints))
    asyncio.run_coroutine_threadsafe(seat.keep(server.serve), server.loop)
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
        seat.leave()
    server.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
