"""Long data jobs without a screen, with their progress on stderr."""

import asyncio
import sys
from pathlib import Path

from engine.storage.typed_path import written
from engine.vocabulary.messages import (
    CancelDownload,
    Command,
    CommandDone,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    DownloadData,
    ExportData,
    LoadData,
)
from tui.link.attach import attached
from tui.link.errors import CommandRefused
from tui.link.session import Session
from tui.terminal.sanitize import sanitize


async def download_data(checkpoints: Path, name: str = "") -> None:
    """Download MNIST, or the data set of this name, and wait until it is loaded. Raises CommandRefused with the reason;
    Ctrl-C cancels it."""
    async with attached(checkpoints) as session:
        await session.until(DataReady, DataFailed)
        try:
            await follow(session, DownloadData(id=1, name=name), until=DataReady)
        except asyncio.CancelledError:
            session.client.send(CancelDownload())
            raise


async def export_data(checkpoints: Path, data: str, folder: Path) -> None:
    """Write the data set as PNG files. Raises CommandRefused with the reason."""
    async with attached(checkpoints, data=data) as session:
        await session.ask(LoadData(path=data), DataReady)
        await follow(session, ExportData(id=1, path=written(folder)), until=CommandDone)


async def follow(session: Session, command: Command, until: type[DataReady] | type[CommandDone]) -> None:
    """Send a command and show progress until the event that ends it."""
    session.client.send(command)
    shown = -1
    while (item := await session.events.get()) is not None:
        event, news = item
        if not news:
            continue
        if isinstance(event, CommandFailed | DataFailed):
            raise CommandRefused(event.reason)
        if isinstance(event, DataProgress):
            share = 100 * event.done // max(1, event.total)
            if share != shown and (sys.stderr.isatty() or share % 10 == 0):
                end = "\r" if sys.stderr.isatty() else "\n"
                print(f"{sanitize(event.action)} {share:3d} %", end=end, file=sys.stderr, flush=True)
            shown = share
        elif isinstance(event, until):
            return
    raise CommandRefused(session.end_reason)
