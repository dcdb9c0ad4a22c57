"""What `mnist-tui models` and `mnist-tui trust` ask, and print."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from engine.networks.own.code import Code, brought_code, is_trusted, name_of_copy, trust, where
from engine.storage.runs.folders import find_run
from engine.storage.runs.record import read_record
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import FIELDS, RunConfig, Value
from engine.vocabulary.messages import DescribeModel, ModelDescribed
from tui.link.attach import attached
from tui.link.session import Session
from tui.state.words.networks import figures, layer_table, operations
from tui.state.words.options import clean
from tui.terminal.printing import print_json, wide_console
from tui.terminal.sanitize import sanitize


async def show_models(checkpoints: Path, name: str, sizes: Mapping[str, Value], as_json: bool) -> None:
    """Print the table of all networks, or the summary of one. Raises ConfigError, CommandRefused."""
    if name:
        model = clean("model", FIELDS["model"].parse(name))
        config = RunConfig().replace({"model": model, **sizes})
        async with attached(checkpoints) as session:
            network = await ask(session, config)
        (print_json if as_json else print_network)(network)
        return
    async with attached(checkpoints) as session:
        networks = [await ask(session, RunConfig(model=name)) for name in CATALOGUE]
    (print_table_as_json if as_json else print_table)(networks)


async def ask(session: Session, config: RunConfig) -> ModelDescribed:
    return await session.ask(DescribeModel(config=config), ModelDescribed)


def print_network(network: ModelDescribed) -> None:
    wide_console().print(layer_table(network))
    print(f"\n{sanitize(network.model)}: {figures(network)}")
    for note in network.notes:
        print(f"note: {sanitize(note, longest=1000)}")


def print_table(networks: list[ModelDescribed]) -> None:
    table = Table("name", "parameters", "an image", "size", "", box=None, pad_edge=False)
    table.columns[1].justify = table.columns[2].justify = "right"
    for network in networks:
        entry = CATALOGUE[network.model]
        cells = (entry.name, f"{network.parameters:,}", operations(network.flops), ", ".join(entry.takes), entry.help)
        table.add_row(*(Text(cell) for cell in cells))
    wide_console().print(table)
    print(
        "\nor your own: FILE.py:Class, package:Class; `mnist-tui models NAME` shows the layers of one,"
        "\n`mnist-tui train --preset NAME` trains it with hyperparameters that suit it"
    )


def print_table_as_json(networks: list[ModelDescribed]) -> None:
    print_json(
        [
            {
                "name": network.model,
                "parameters": network.parameters,
                "flops": network.flops,
                "takes": list(CATALOGUE[network.model].takes),
                "help": CATALOGUE[network.model].help,
            }
            for network in networks
        ]
    )


def trust_run(checkpoints: Path, name: str, sure: bool) -> None:
    """Show the code that a run brings with it, and put it on record as trusted. Raises RunError, NetworkError."""
    folder = find_run(checkpoints, name)
    model = read_record(folder).config.model
    code = brought_code(model, folder)
    if code is None:
        print(
            f"{folder.name} trains {sanitize(model)}, which comes with the program; nothing to trust", file=sys.stderr
        )
        return
    code = Code(name_of_copy(code, folder), code.text)
    if is_trusted(code):
        print(f"you have run this code before: {sanitize(where(code, folder))}", file=sys.stderr)
        return
    for line in code.text.decode(errors="replace").splitlines():
        print(sanitize(line, longest=sys.maxsize - 1))  # all of it: who reads it must see what there is
    question = f"This is the code {sanitize(where(code, folder))}. May {folder.name} run it, with all your rights?"
    if not sure and not click.confirm(question, err=True):
        raise click.Abort
    trust(code)
    print(f"{folder.name} can be evaluated and resumed now", file=sys.stderr)
