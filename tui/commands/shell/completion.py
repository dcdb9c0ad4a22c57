"""`mnist-tui completion`: the script that has a shell ask this program what may come next."""

import click

from tui.commands.shared_options import COMPLETING

PROGRAM = "mnist-tui"
INSTALLING = {
    "bash": """\
Completion of mnist-tui for bash 4.4 or newer: commands, options, runs, presets, networks, studies and files.

Once:     mkdir -p ~/.local/share/bash-completion/completions
          mnist-tui completion bash > ~/.local/share/bash-completion/completions/mnist-tui
Without the package bash-completion, add this line to ~/.bashrc instead:
          eval "$(mnist-tui completion bash)"
Then open a new shell, type `mnist-tui ` and press Tab twice.""",
    "zsh": """\
Completion of mnist-tui for zsh: commands, options, runs, presets, networks, studies and files.

Add to ~/.zshrc, below `autoload -Uz compinit && compinit`:
          eval "$(mnist-tui completion zsh)"
Or write it to the file `_mnist-tui` in a folder of $fpath, which starts faster:
          mnist-tui completion zsh > FOLDER/_mnist-tui
Then open a new shell, type `mnist-tui ` and press Tab.""",
    "fish": """\
Completion of mnist-tui for fish: commands, options, runs, presets, networks, studies and files.

Once:     mkdir -p ~/.config/fish/completions
          mnist-tui completion fish > ~/.config/fish/completions/mnist-tui.fish
It works at once: type `mnist-tui ` and press Tab.""",
}


@click.command()
@click.argument("shell", type=click.Choice(list(INSTALLING)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, runs, presets, networks, studies and files in a shell.

    Its first lines say where it goes. In the shell you are in, at once: eval "$(mnist-tui completion bash)", and so for
    zsh; mnist-tui completion fish | source
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    first, rest = "", found(context.find_root().command, {}, PROGRAM, COMPLETING).source()
    if rest.startswith("#compdef"):  # zsh looks for it on the first line
        first, _, rest = rest.partition("\n")
        first += "\n"
    comment = "".join(f"# {line}".rstrip() + "\n" for line in INSTALLING[shell].splitlines())
    click.echo(first + comment + rest, nl=False)
