"""`mnist-tui man`: the manual page, of the commands and options that `--help` shows."""

import inspect
import sys
from collections.abc import Iterator

import click

from tui.commands.shell.roff import escaped, heading, item, paragraph

EXIT = {
    "0": "It went well; of `engine status`, an engine runs.",
    "1": "What was asked for could not be done; one line on stderr says why, and what helps. Of `engine status`, no"
    " engine runs; of `doctor`, something is wrong with this machine.",
    "2": "The command line is wrong.",
    "4": "The engine of this folder of runs is there, but does not answer.",
    "130": "Ended by Ctrl-C.",
}
ENVIRONMENT = {
    "MNIST_TUI_CHECKPOINTS, MNIST_TUI_DATA": "Folder of runs, and data, where no option names them.",
    "MNIST_TUI_CONFIG": "The file of preferences.",
    "MNIST_TUI_NOTIFY, MNIST_TUI_COACH, MNIST_TUI_THEME, ...": "Each preference that `mnist-tui config` lists, by its"
    " name in capitals. An option comes before the environment, that before the file.",
    "NO_COLOR": "Draw without colours.",
    "OMP_NUM_THREADS": "How many threads a run computes with.",
    "XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME": "Where decoded images, preferences, runs and data"
    " of an installed program, and the engine's socket lie.",
}
FILES = {
    "~/.local/share/mnist-tui/": "Runs (checkpoints/) and data (Dataset/) of an installed program; in a checkout they"
    " are in its folder.",
    "~/.config/mnist-tui/config.toml": "Preferences; `mnist-tui config edit` opens it.",
    "~/.local/state/mnist-tui/": "Sockets and locks of engines; only you may enter.",
    "~/.cache/mnist-tui/": "Decoded images; may be removed.",
}


@click.command()
@click.pass_context
def man(context: click.Context) -> None:
    """Print the manual page, for `man`: mnist-tui man | man -l -

    A wheel installs it, too: `man mnist-tui` finds it after `pipx install`, and in an active virtual environment.
    """
    program = context.find_root().command
    assert isinstance(program, click.Group)
    sys.stdout.write(manual_page(program))


def manual_page(cli: click.Group) -> str:
    """Return the page as man(7) source; the same on every machine."""
    from engine.program.version import version

    with click.Context(cli, info_name="mnist-tui", **cli.context_settings) as context:
        lines = [
            f'.TH MNIST\\-TUI 1 "" "mnist\\-tui {escaped(version())}" "User Commands"',
            ".nh",  # a hyphen at a line's end would be taken for part of an option
            ".ad l",
            heading("NAME"),
            "mnist\\-tui \\- train a digit classifier on MNIST in the terminal",
            heading("SYNOPSIS"),
            *synopsis(cli, context),
            heading("DESCRIPTION"),
            *described(cli),
            heading("OPTIONS"),
            *options(cli, context),
            heading("COMMANDS"),
        ]
        for name in sorted(cli.list_commands(context)):
            command = cli.get_command(context, name)
            assert command is not None
            lines += command_lines(command, context, name)
    for title, entries in (("EXIT STATUS", EXIT), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        lines += [heading(title), *(line for term, text in entries.items() for line in item(term, text))]
    lines += [heading("SEE ALSO"), *paragraph("`mnist-tui COMMAND --help` shows the same of one command.")]
    return "\n".join(lines) + "\n"


def command_lines(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    """Yield the section of a command, and those of its subcommands."""
    if command.hidden:
        return
    with click.Context(command, info_name=name, parent=parent) as context:
        yield heading(context.command_path, 2)
        yield from synopsis(command, context)
        yield ".PP"
        yield from described(command)
        yield from options(command, context)
        for each, below in sorted(getattr(command, "commands", {}).items()):
            yield from command_lines(below, context, each)


def synopsis(command: click.Command, context: click.Context) -> list[str]:
    pieces = " ".join(command.collect_usage_pieces(context))
    return [f"\\fB{escaped(context.command_path)}\\fR {escaped(pieces)}"]


def described(command: click.Command) -> Iterator[str]:
    """Yield the help text, its paragraphs apart."""
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    for number, part in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield from paragraph(part.replace("\b", ""))


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    for param in command.get_params(context):
        told_once = "--help" in param.opts and context.parent is not None
        if (record := param.get_help_record(context)) is not None and record[1] and not told_once:
            yield from item(*record)
