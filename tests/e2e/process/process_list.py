"""The processes of an engine, as the system lists them."""

import asyncio
from pathlib import Path

from limits import LIMIT


def processes_of(checkpoints: Path) -> list[int]:
    """Return the engine processes for a folder of runs, torchrun's own aside."""
    return [pid for pid, words in commands_for(checkpoints) if b"torch.distributed.run" not in words]


def commands_for(checkpoints: Path) -> list[tuple[int, list[bytes]]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(checkpoints).encode() in words:
            found.append((int(folder.name), words))
    return found


async def all_gone(checkpoints: Path) -> None:
    """Wait until no process is left, torchrun's own included."""
    async with asyncio.timeout(LIMIT):
        while [pid for pid, _ in commands_for(checkpoints) if not is_zombie(pid)]:  # noqa: ASYNC110  (they are no children of ours: there is no event)
            await asyncio.sleep(0.05)


def is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and only waits for this one, its parent, to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
