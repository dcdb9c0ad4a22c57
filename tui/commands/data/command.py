"""`mnist-tui data`: look at, download or export the data set."""

import sys
from pathlib import Path

import click

from engine.storage.paths import default_data
from engine.storage.typed_path import path_of
from engine.vocabulary.messages.known_data import KNOWN, NAMES, known_data
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
@click.argument("name", default="mnist", type=click.Choice(NAMES, case_sensitive=False), metavar=f"[{'|'.join(NAMES)}]")
@checkpoints_option
def download(name: str, checkpoints: Path) -> None:
    """Download the full MNIST (11 MB), or another data set, into Dataset/ and verify its checksums.

    `mnist-tui data known` lists the data sets.
    """
    from tui.commands.data.transfers import download_data

    known = known_data(name) or KNOWN[0]
    run(download_data(checkpoints, "" if known is KNOWN[0] else known.name))
    print(f"{known.title} is in {sanitize(str(default_data() / known.folder / 'raw'))}", file=sys.stderr)


@data.command("known")
@json_option
def known_sets(as_json: bool) -> None:
    """List the data sets that --data takes by name: images, classes, and what is downloaded at the first use."""
    from tui.commands.data.report import print_known

    print_known(as_json)


@data.command()
@click.argument("folder")
@data_option
@checkpoints_option
def export(folder: str, checkpoints: Path, data: str) -> None:
    """Write the data set as PNG files: FOLDER/{train,test}/<class>/<index>.png."""
    from tui.commands.data.transfers import export_data

    run(export_data(checkpoints, data, path_of(folder)))
    print(f"written to {sanitize(folder)}", file=sys.stderr)
