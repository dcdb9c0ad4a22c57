"""The list of waiting runs, for people and for programs."""

import sys
import time
from typing import Any

import msgspec

from engine.storage.runs.queue_file import Queue
from tui.state.words.options import command_line
from tui.terminal.sanitize import sanitize


def queue_as_json(queue: Queue) -> dict[str, Any]:
    return {
        "paused": queue.paused,
        "jobs": queue.jobs,
        "runs": [
            {
                "number": run.id,
                "place": i + 1,
                "config": msgspec.structs.asdict(run.config),
                "fork": run.fork,
                "added": run.added,
                "problem": run.problem,
            }
            for i, run in enumerate(queue.runs)
        ],
    }


def print_queue(queue: Queue) -> None:
    if not queue.runs:
        print("no run waits; `mnist-tui train --queue` adds one", file=sys.stderr)
    for run in queue.runs:
        added = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.added))
        fork = f" --fork {run.fork}" if run.fork else ""
        print(f"{run.id:>4}  {added}  {sanitize(command_line(run.config) + fork, longest=2000)}")
        if run.problem:
            print(f"      could not start: {sanitize(run.problem, longest=2000)}")
    if queue.jobs > 1:
        print(f"{queue.jobs} of them train at once; `mnist-tui queue jobs 1` for one after the other", file=sys.stderr)
    if queue.paused:
        print("the queue is paused; `mnist-tui queue continue` lets it go on", file=sys.stderr)
