"""python -m engine.tracking CHECKPOINTS TRACKER: the process that sends runs of a folder to one tracker.

It is told on stdin which, a line of JSON for each run, and tells on stdout how far it is, as TrackerTold. When stdin
ends, so has the engine: what is left is sent if that can be done now, and otherwise by the next one. With `--once RUN`
it sends what there is of a run and ends: exit status 1 if the tracker does not take it.
"""

import argparse
import contextlib
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO

import msgspec

from engine.machine.cpu_priority import give_way
from engine.tracking.cursor import Wish
from engine.tracking.sender import Sender
from engine.vocabulary.messages import encode

EVERY = 0.5  # seconds between two looks at the logs
LEFT = 30.0  # seconds to send what is left, once the engine is gone
STUCK = 60.0  # seconds after which a library that does not return is left, once the engine is gone


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.tracking", description="Sends runs to a tracker.")
    parser.add_argument("checkpoints", type=Path, help="folder of runs")
    parser.add_argument("tracker", help="name of the tracker")
    parser.add_argument("--once", metavar="RUN", help="send what there is of a run, and end")
    parser.add_argument("--target", default="", help="what stands behind NAME= of --log-to")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL if options.once else signal.SIG_IGN)
    out = silenced()
    with contextlib.suppress(OSError):
        os.nice(10)
    give_way()
    if options.once:
        return send_once(options.checkpoints / options.once, options.tracker, options.target, out)
    wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(wishes,), name="stdin", daemon=True).start()
    follow(options.checkpoints, options.tracker, wishes, out)
    out.close()
    os._exit(0)  # threads of a library hold nothing up


def silenced() -> IO[bytes]:
    """Return stdout, which what libraries print no longer reaches."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    return out


def listen(wishes: "queue.SimpleQueue[Wish | None]") -> None:
    for line in sys.stdin.buffer:
        with contextlib.suppress(msgspec.DecodeError):
            wishes.put(msgspec.json.decode(line, type=Wish))
    wishes.put(None)
    time.sleep(STUCK)
    os._exit(1)


def follow(checkpoints: Path, tracker: str, wishes: "queue.SimpleQueue[Wish | None]", out: IO[bytes]) -> None:
    """Send runs until the engine is gone, and what is left then is sent, or cannot be."""
    senders: dict[str, Sender] = {}
    until = 0.0  # when to end, once the engine is gone
    while True:
        with contextlib.suppress(queue.Empty):
            wish = wishes.get(timeout=None if not senders and not until else EVERY)
            while True:
                if wish is None:
                    until = time.monotonic() + LEFT
                elif wish.run not in senders:
                    senders[wish.run] = Sender(checkpoints / wish.run, tracker, wish.target)
                wish = wishes.get_nowait()
        for run, sender in list(senders.items()):
            changed = sender.send()
            gone = not sender.folder.is_dir()  # deleted
            if gone:
                sender.told = msgspec.structs.replace(sender.told, problem="the run was deleted", done=True)
            if changed or gone:
                tell(out, sender)
            if sender.told.done or gone or (until and (sender.caught_up or sender.problem)):
                sender.close()
                del senders[run]
        if until and (not senders or time.monotonic() > until):
            break
    for sender in senders.values():
        sender.close()


def send_once(folder: Path, tracker: str, target: str, out: IO[bytes]) -> int:
    sender = Sender(folder, tracker, target)
    sender.send()
    tell(out, sender)
    sender.close()
    return 0 if sender.caught_up else 1


def tell(out: IO[bytes], sender: Sender) -> None:
    with contextlib.suppress(OSError):  # the engine is gone
        out.write(encode(sender.told))


if __name__ == "__main__":
    sys.exit(main())
