"""The process that writes what runs have learned for other programs (engine/export/): asked once, and awaited."""

import asyncio
import contextlib
import sys

import msgspec

from engine.storage.files import in_words
from engine.vocabulary.messages.export_messages import Exported, ExportRequest
from tui.link.start import engine_environment

COMMAND = ["-m", "engine.export"]
ENDING = 5.0  # seconds to remove a file that is half written


async def export(request: ExportRequest) -> Exported:
    """Return what was written, or why not. A caller that is cancelled ends the process."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *COMMAND,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=engine_environment(),
        )  # fmt: skip
    except OSError as error:
        return Exported(problem=f"no process could be started to export ({in_words(error)})")
    try:
        told, printed = await process.communicate(msgspec.json.encode(request))
    except BaseException:
        await _end(process)
        raise
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(told, type=Exported)
    lines = printed.decode(errors="replace").strip().splitlines()
    why = lines[-1] if lines else f"exit status {process.returncode}"
    return Exported(problem=f"the export failed: {why}; the file was not written")


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(ENDING):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
