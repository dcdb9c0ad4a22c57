"""`mnist-tui train --queue`: runs put into the queue, without waiting for them."""

import sys
from pathlib import Path

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Enqueue, Enqueued
from tui.link.attach import attached
from tui.terminal.printing import print_json


async def enqueue_runs(
    checkpoints: Path, config: RunConfig, seeds: int = 1, *, fork: str = "", processes: int | None, json: bool
) -> int:
    """Put a run into the queue, or one with each of several seeds; return the exit status.

    Raises CommandRefused for the first that is not taken, and ConfigError for seeds out of range.
    """
    configs = [config.replace({"seed": config.seed + i}) for i in range(seeds)]
    numbers: list[int] = []
    async with attached(checkpoints, data=config.data, processes=processes) as session:
        for each in configs:
            mine = each.replace({"processes": session.client.welcome.processes})
            answer = await session.ask(Enqueue(config=mine, fork=fork), Enqueued)
            numbers.append(answer.queued)
            if not json:
                before = f"{answer.place} before it" if answer.place else "the next to start"
                print(f"in the queue as {answer.queued}, {before}", file=sys.stderr)
    if json:
        print_json({"queued": numbers})
    return 0
