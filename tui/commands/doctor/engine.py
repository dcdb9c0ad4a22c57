"""The engine of this folder of runs: whether it answers, is of this version, and is well."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from engine.storage.files import in_words
from engine.storage.paths import PathError
from engine.vocabulary.messages import AskStatus, ProtocolError, StatusTold
from tui.commands.doctor.findings import Finding, note, ok, problem
from tui.link.attach import attached
from tui.link.errors import CommandRefused, EngineSilent, EngineUnreachable
from tui.link.waiting import engine_is_running, keep_silent
from tui.state.words.figures import duration

LIMIT = 5.0  # seconds


def look(checkpoints: Path) -> Iterator[Finding]:
    try:
        if not engine_is_running(checkpoints):
            yield ok("none runs for this folder of runs; it starts with the screen or a command")
            return
        yield from asyncio.run(ask(checkpoints))
    except PathError as error:
        yield problem(str(error), "see `folders` above")
    except (EngineSilent, TimeoutError) as error:
        yield problem(
            f"it does not answer: {error}",
            "`mnist-tui engine stop --force` ends it; its run resumes from its checkpoint",
        )
    except (OSError, EngineUnreachable, CommandRefused, ProtocolError) as error:
        yield problem(f"it cannot be reached: {in_words(error)}", "`mnist-tui engine log` shows its output")


async def ask(checkpoints: Path) -> list[Finding]:
    async with attached(checkpoints, start=False, say=keep_silent, limit=LIMIT) as session:
        welcome, foreign = session.client.welcome, session.client.foreign
        status = await session.ask(AskStatus(), StatusTold)
    what = f"version {welcome.version}, pid {status.pid}, up {duration(status.uptime)}, {status.state} {status.run}"
    if foreign:
        remedy = "`mnist-tui engine stop` saves its run and ends it; the next command starts one of this version"
        return [problem(f"it is of another version: {what}", remedy)]
    found = [ok(what.strip())]
    if status.stalled:
        remedy = "wait, or `mnist-tui engine stop --force`"
        found.append(problem(f"no step for {status.stalled:.0f} s in {status.run}", remedy))
    if status.last_error:
        found.append(note(f"last error: {status.last_error}", "`mnist-tui engine log` shows more"))
    return found
