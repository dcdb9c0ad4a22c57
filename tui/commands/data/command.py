"""`mnist-tui data`: look at, download or export the data set."""

import sys
from pathlib import Path

import click

from engine.storage.paths import default_data
from engine.storage.typed_path import path_of
from tui.commands.run_coroutine import run
from tui.commands.shared_options import checkpoints_option, data_option, json_option
from tui.terminal.sanitize import sanitize


@click.group()
def data() -> None:
    """Look at, download or export the data set."""


@data.command()
@data_option
@json_option
@checkpoints_option
def status(checkpoints: Path, data: str, as_json: bool) -> None:
    """Show which data is found, where, and what looks wrong with it."""
    from engine.vocabulary.messages import DataReady, LoadData
    from tui.commands.data.report import print_data
    from tui.link.attach import attached
    from tui.terminal.printing import print_json, told

    async def ask() -> DataReady:
        async with attached(checkpoints, data=data) as session:
            return await session.ask(LoadData(path=data), DataReady)

    found = run(ask())
    if as_json:
        print_json({name: value for name, value in told(found).items() if name != "examples"})  # which screens draw
    else:
        print_data(found)


@data.command()
@checkpoints_option
def download(checkpoints: Path) -> None:
    """Download the full MNIST (11 MB) into Dataset/MNIST/raw and verify its checksums."""
    from tui.commands.data.transfers import download_data

    run(download_data(checkpoints))
    print(f"MNIST is in {sanitize(str(default_data() / 'MNIST' / 'raw'))}", file=sys.stderr)


@data.command()
@click.argument("folder")
@data_option
@checkpoints_option
def export(folder: str, checkpoints: Path, data: str) -> None:
    """Write the data set as PNG files: FOLDER/{train,test}/<digit>/<index>.png."""
    from tui.commands.data.transfers import export_data

    run(export_data(checkpoints, data, path_of(folder)))
    print(f"written to {sanitize(folder)}", file=sys.stderr)
