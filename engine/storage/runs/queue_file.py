"""`queue.json`: the runs that wait until nothing trains, in order. Imports no torch."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine.storage.files import open_regular, write_atomically
from engine.vocabulary.messages import (
    MOST_JOBS,
    MOST_QUEUED,
    ClearQueue,
    ContinueQueue,
    Count,
    MoveQueued,
    PauseQueue,
    QueueCommand,
    QueuedRun,
    RemoveQueued,
    SetJobs,
)

QUEUE = "queue.json"
FORMAT = 1
LARGEST = 1 << 22  # bytes; a waiting run has some thousand


class QueueError(Exception):
    """A queue that cannot be read or changed; the message names it, what is wrong, and what to do."""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The runs that wait; `next` is the number of the one that is added next, and of no other before. `jobs` of them
    may train at once."""

    next: Count = 1
    paused: bool = False
    jobs: Count = 1
    runs: tuple[QueuedRun, ...] = ()


class _Sealed(msgspec.Struct, kw_only=True):
    format: int
    sha256: str
    queue: msgspec.Raw


def read_queue(checkpoints: Path) -> Queue:
    """Return the queue of a folder of runs, an empty one where there is none. Raises QueueError."""
    path = checkpoints / QUEUE
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError(f"it has more than {LARGEST} bytes")
        sealed = msgspec.json.decode(content, type=_Sealed)
        if sealed.format != FORMAT:
            raise ValueError(f"it has format {sealed.format}; this program reads {FORMAT}")
        if sealed.sha256 != hashlib.sha256(sealed.queue).hexdigest():
            raise ValueError("it does not match its checksum")
        queue = msgspec.json.decode(sealed.queue, type=Queue)
        if len({run.id for run in queue.runs}) < len(queue.runs) or any(run.id >= queue.next for run in queue.runs):
            raise ValueError("a number stands in it twice")
    except FileNotFoundError:
        return Queue()
    except (OSError, ValueError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise QueueError(
            f"{path}: cannot be read ({error}); put back a good copy, or `mnist-tui queue clear` begins a new queue and"
            f" keeps this file as {QUEUE}.damaged"
        ) from error
    return queue


def write_queue(checkpoints: Path, queue: Queue) -> None:
    """Raises QueueError for more than it holds, and OSError; the old queue then stands untouched."""
    if len(queue.runs) > MOST_QUEUED:
        raise QueueError(f"{MOST_QUEUED:,} runs wait already; remove some, or wait until some have been trained")
    body = msgspec.json.encode(queue)
    digest = hashlib.sha256(body).hexdigest()
    content = b'{"format":%d,"sha256":"%s","queue":%s}\n' % (FORMAT, digest.encode(), body)
    if len(content) > LARGEST:
        raise QueueError(f"the queue would have more than {LARGEST} bytes; remove some of its runs")
    write_atomically(checkpoints / QUEUE, content)


def find_queued(queue: Queue, number: int) -> QueuedRun:
    """Raises QueueError."""
    for run in queue.runs:
        if run.id == number:
            return run
    raise QueueError(f"no run with number {number} waits; `mnist-tui queue` lists those that do")


def forks_of(runs: Iterable[QueuedRun], name: str) -> list[QueuedRun]:
    """Return the waiting runs that begin from a checkpoint of the run of this name."""
    number = name.partition("-")[0].lstrip("0")
    return [run for run in runs if run.fork and run.fork.partition("@")[0].lstrip("0") in (number, name.lstrip("0"))]


def check_unneeded(runs: Iterable[QueuedRun], name: str, verb: str) -> None:
    """Raise QueueError for a run that waiting ones begin from: without it they could not start."""
    if forks := forks_of(runs, name):
        numbers = " ".join(str(run.id) for run in forks)
        what, them = ("a waiting fork", "it") if len(forks) == 1 else (f"{len(forks)} waiting forks", "them")
        raise QueueError(
            f"run {name} is the parent of {what}; `mnist-tui queue remove {numbers}` takes {them} from the queue (D at"
            f" the top of Runs does too), or let {them} start first, then {verb}"
        )


def changed(queue: Queue, command: QueueCommand, *, starting: int = 0) -> Queue:
    """Return the queue after a command that needs no look at a configuration; the run that is `starting` stays.

    Raises QueueError.
    """
    runs = list(queue.runs)
    if isinstance(command, RemoveQueued | MoveQueued):
        run = find_queued(queue, command.queued)
        if run.id == starting:
            raise QueueError(f"waiting run {run.id} is about to start; stop it instead")
        runs.remove(run)
    match command:
        case MoveQueued():
            runs.insert(max(0, command.place), run)
        case ClearQueue():
            runs = [run for run in runs if run.id == starting]
        case PauseQueue() | ContinueQueue():
            return msgspec.structs.replace(queue, paused=isinstance(command, PauseQueue))
        case SetJobs():
            if not 1 <= command.jobs <= MOST_JOBS:
                raise QueueError(f"Jobs (jobs): {command.jobs} is out of range; give 1 to {MOST_JOBS}")
            return msgspec.structs.replace(queue, jobs=command.jobs)
    return msgspec.structs.replace(queue, runs=tuple(runs))


def set_aside(checkpoints: Path) -> Path:
    """Give a queue that cannot be read another name, and return that. Raises OSError."""
    path = checkpoints / QUEUE
    kept = path.with_name(f"{QUEUE}.damaged")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{QUEUE}.damaged-{number}")
    path.rename(kept)
    return kept
