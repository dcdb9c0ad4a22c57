"""The queue changed: by the engine that serves it, or on the disk where there is none."""

from pathlib import Path

from engine.storage.runs.queue_file import QueueError, changed, read_queue, set_aside, write_queue
from engine.vocabulary.messages import ClearQueue, CommandDone, ContinueQueue, EditQueued, QueueCommand, SetJobs
from tui.link.attach import attached
from tui.link.errors import CommandRefused
from tui.link.waiting import engine_is_running


async def change_queue(checkpoints: Path, command: QueueCommand) -> str:
    """Do what a command asks; return what else is to be said, "" for nothing. Raises CommandRefused, OSError.

    To let the queue go on, and to name what is to be trained, needs an engine.
    """
    starts = isinstance(command, EditQueued | ContinueQueue | SetJobs)
    if starts or engine_is_running(checkpoints):
        async with attached(checkpoints, start=starts) as session:
            await session.ask(command, CommandDone)
        return ""
    kept = ""
    try:
        try:
            queue = read_queue(checkpoints)
        except QueueError:
            if not isinstance(command, ClearQueue):
                raise
            return f"kept as {set_aside(checkpoints)}; the queue is empty"
        write_queue(checkpoints, changed(queue, command))
    except QueueError as error:
        raise CommandRefused(str(error)) from error
    return kept


def waiting(checkpoints: Path) -> int:
    """Return how many runs wait to start by themselves; 0 for a queue that is paused or cannot be read."""
    try:
        queue = read_queue(checkpoints)
    except QueueError:
        return 0
    return 0 if queue.paused else sum(not run.problem for run in queue.runs)
