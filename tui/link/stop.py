"""`mnist-tui engine stop`: ends an engine, after saving if possible, and in any case with --force."""

import asyncio
from pathlib import Path

from engine.machine.lock_holder import kill, parent_of
from engine.machine.torchrun import end_agent, is_torchrun
from engine.storage.paths import engine_lock
from engine.vocabulary.messages import CommandDone, Shutdown
from tui.link.attach import attached
from tui.link.errors import CommandRefused, EngineSilent, EngineUnreachable
from tui.link.session import Session
from tui.link.waiting import WaitPrinter, holder, is_there, until_gone

SILENT = 5.0  # seconds without an answer after which --force kills
SURE = 20.0  # seconds in all, for an engine that answers
UNSURE = "the system cannot confirm that this process holds its lock; kill it yourself, on its machine"
HINT = "`mnist-tui engine stop --force` ends it within seconds, without what is not saved"


async def stop_engine(checkpoints: Path, force: bool) -> str:
    """End the engine of a folder of runs; return what is to be told of it.

    Raises EngineUnreachable when there is none, EngineSilent when it does not answer and `force` does not say to kill
    it, and CommandRefused when its run cannot be saved.
    """
    say = WaitPrinter()
    ended = ""
    try:
        async with attached(checkpoints, start=False, say=say, limit=SILENT if force else None) as session:
            session.hint = "it is ended within seconds" if force else HINT
            async with asyncio.timeout(SURE if force else None):
                ended = await shut_down(session, force)
        await until_gone(checkpoints, say)
    except (EngineSilent, TimeoutError):
        if not force:
            raise
        return await kill_engine(checkpoints, say)
    except OSError:
        raise EngineUnreachable(f"no engine runs for {checkpoints}") from None
    return f"the engine ended; {ended}" if ended else "the engine ended"


async def shut_down(session: Session, force: bool) -> str:
    """Have an engine end, and wait for that; return how its run ended where it could not be saved."""
    try:
        await session.ask(Shutdown(force=force), CommandDone)
    except CommandRefused:
        if not session.client.ended:
            raise
    end = await session.until_end()
    return f"{end.run} {end.state}: {end.reason}" if end is not None and end.reason else ""


async def kill_engine(checkpoints: Path, say: WaitPrinter) -> str:
    """Kill an engine that does not answer. Raises EngineSilent where it is not sure which process that is."""
    if not is_there(checkpoints):
        return "the engine ended"
    who = holder(checkpoints)
    if not who.verified:
        raise EngineSilent(f"the engine ({who}) does not answer, and {UNSURE}")
    torchrun = parent_of(who.pid)
    if is_torchrun(torchrun):  # first, so that it starts nothing again
        end_agent(torchrun)
    if not kill(who.pid, engine_lock(checkpoints)):
        raise EngineSilent(f"the engine ({who}) does not answer, and {UNSURE}")
    await until_gone(checkpoints, say)
    return f"the engine ({who.pid}) did not answer and was killed; its run is kept up to the last checkpoint"
