"""`mnist-tui runs`: the list, one run of it, and what the user changes: names, notes, stars, the trash."""

import sys
from pathlib import Path

import click

from engine.storage.files import in_words
from engine.storage.paths import PathError
from tui.commands.shared_options import OPTIONAL_COMMAND, checkpoints_option, errors_in_one_line, json_option
from tui.state.run_filter import SORTS, FilterError, parse, sorted_runs
from tui.terminal.sanitize import sanitize

each_run = click.argument("runs_", metavar="RUN...", nargs=-1, required=True)
one_run = click.argument("name", metavar="RUN")


@click.group(invoke_without_command=True, subcommand_metavar=OPTIONAL_COMMAND)
@click.option(
    "--filter", "text", default="", metavar="TEXT",
    help="Only runs that match, as in 'acc>99 model:resnet state:failed star -seed:0'. Names: acc, loss, epochs, time,"
    " age, parameters, model, state, changed, device, data, note and each hyperparameter; other words are looked for in"
    " name, title and note.",
)  # fmt: skip
@click.option("--sort", "key", type=click.Choice(list(SORTS)), help="Best, fastest, newest... first. [default: age]")
@click.option("--reverse", is_flag=True, help="The other way round.")
@json_option
@checkpoints_option
@click.pass_context
def runs(context: click.Context, text: str, key: str | None, reverse: bool, checkpoints: Path, as_json: bool) -> None:
    """List runs, newest first, or show, rename, star, delete and restore them.

    RUN is a number (12) or a name (0012-seed-cnn); where several are taken also 3-7,9.
    """
    if context.invoked_subcommand is not None:
        if text or key or reverse:
            raise click.UsageError("--filter, --sort and --reverse are for the list, not for one of its commands")
        return
    from engine.storage.runs.listing import list_runs
    from engine.tracking.cursor import with_trackers
    from tui.commands.runs.report import print_runs
    from tui.terminal.printing import print_json

    try:
        wanted = parse(text)
    except FilterError as error:
        raise click.UsageError(str(error)) from error
    try:
        found = list_runs(checkpoints, live=live_run(checkpoints))
    except (PathError, OSError) as error:
        raise click.ClickException(in_words(error)) from error
    shown = [run for run in found if wanted.matches(run)]
    if key:
        shown = sorted_runs(shown, key, SORTS[key].descending != reverse)
    elif reverse:
        shown.reverse()
    if as_json:
        print_json(with_trackers(checkpoints, shown))
    elif shown:
        print_runs(shown)
    elif found:
        print(f"none of {len(found):,} {'run' if len(found) == 1 else 'runs'} matches the filter", file=sys.stderr)
    else:
        print(
            f"no run in {sanitize(str(checkpoints))} yet; start one with `mnist-tui` or `mnist-tui train`",
            file=sys.stderr,
        )


def live_run(checkpoints: Path) -> str | None:
    """Return "" where nothing can be training, None where an engine runs, and records have to be believed."""
    from tui.link.waiting import engine_is_running

    return None if engine_is_running(checkpoints) else ""


@runs.command()
@one_run
@json_option
@checkpoints_option
def show(name: str, checkpoints: Path, as_json: bool) -> None:
    """Show all that is known of a run: configuration, figures of each epoch, files, and the command to train it."""
    from engine.storage.runs.folders import named_run
    from tui.commands.runs.one_run import print_run, run_facts
    from tui.terminal.printing import print_json

    with errors_in_one_line():
        folder, live = named_run(checkpoints, name), live_run(checkpoints)
        if as_json:
            print_json(run_facts(folder, live))
        else:
            print_run(folder, live)


@runs.command()
@one_run
@click.argument("title", default="")
@checkpoints_option
def rename(name: str, title: str, checkpoints: Path) -> None:
    """Give a run a title of yours; without one, take it away. Its folder keeps its name."""
    from engine.vocabulary.messages import EditRun
    from tui.commands.runs.changes import change_each

    said = f"is now called {title.strip()!r}" if title.strip() else "has no title"
    change_each(checkpoints, [name], lambda run: EditRun(run=run, title=title), f"{{}} {escaped(said)}")


@runs.command()
@one_run
@click.argument("text", default="")
@checkpoints_option
def note(name: str, text: str, checkpoints: Path) -> None:
    """Write a note on a run, in place of the one it has; without one, take it away."""
    from engine.vocabulary.messages import EditRun
    from tui.commands.runs.changes import change_each

    said = "has the note" if text.strip() else "has no note"
    change_each(checkpoints, [name], lambda run: EditRun(run=run, note=text), f"{{}} {said}")


@runs.command()
@each_run
@click.option("--off", is_flag=True, help="Take the star away.")
@checkpoints_option
def star(runs_: tuple[str, ...], off: bool, checkpoints: Path) -> None:
    """Give runs a star, by which they are found again: `mnist-tui runs --filter star`."""
    from engine.vocabulary.messages import EditRun
    from tui.commands.runs.changes import change_each

    said = "{} has no star" if off else "{} has a star"
    change_each(checkpoints, runs_, lambda run: EditRun(run=run, star=not off), said)


@runs.command()
@each_run
@checkpoints_option
def delete(runs_: tuple[str, ...], checkpoints: Path) -> None:
    """Move runs into the trash, FOLDER OF RUNS/.trash: `restore` brings them back, `empty-trash` removes them.

    A run that trains or is paused, one whose fork does or waits in the queue, and one that a screen shows stay where
    they are.
    """
    from engine.vocabulary.messages import DeleteRun
    from tui.commands.runs.changes import change_each

    said = "deleted {0}; `mnist-tui runs restore {0}` brings it back"
    change_each(checkpoints, runs_, lambda run: DeleteRun(run=run), said)


@runs.command()
@click.argument("runs_", metavar="RUN...", nargs=-1, required=True)
@checkpoints_option
def restore(runs_: tuple[str, ...], checkpoints: Path) -> None:
    """Bring deleted runs back from the trash."""
    from engine.storage.runs.trash import find_trashed
    from engine.vocabulary.messages import RestoreRun
    from tui.commands.runs.changes import change_run

    for name in runs_:
        with errors_in_one_line():
            run = find_trashed(checkpoints, name).name
        change_run(checkpoints, RestoreRun(run=run))
        print(f"restored {run}", file=sys.stderr)


@runs.command()
@json_option
@checkpoints_option
def trash(checkpoints: Path, as_json: bool) -> None:
    """List deleted runs, which can be restored."""
    from engine.storage.runs.trash import list_trash
    from tui.commands.runs.report import print_trash
    from tui.terminal.printing import print_json

    with errors_in_one_line():
        found = list_trash(checkpoints)
    if as_json:
        print_json(found)
    elif found:
        print_trash(found)
    else:
        print("the trash is empty", file=sys.stderr)


@runs.command("empty-trash")
@click.option("--yes", is_flag=True, help="Do not ask.")
@checkpoints_option
def empty(yes: bool, checkpoints: Path) -> None:
    """Remove deleted runs for ever. Asks before; a script gives --yes."""
    from engine.storage.runs.trash import empty_trash, list_trash

    with errors_in_one_line():
        found = list_trash(checkpoints)
        count = f"{len(found):,} deleted {'run' if len(found) == 1 else 'runs'}"
        if found and not yes:
            if not sys.stdin.isatty():
                raise click.UsageError(f"nobody can be asked whether to remove {count} for ever; give --yes")
            click.confirm(f"Remove {count} for ever?", abort=True, err=True)
        removed = empty_trash(checkpoints)
    print(f"removed {removed:,} {'run' if removed == 1 else 'runs'}", file=sys.stderr)


def escaped(text: str) -> str:
    return sanitize(text).replace("{", "{{").replace("}", "}}")
