"""`mnist-tui tour`: a first visit, on the sample and with runs of its own."""

import sys

import click
from click.core import ParameterSource

from engine.storage.files import in_words
from engine.storage.paths import PathError
from tui.commands.shared_options import notify_option, refuse_without_terminal
from tui.preferences.file import preferences_file
from tui.preferences.options import current_preferences
from tui.tour.progress import Progress, ProgressError, read_progress, tour_folder, write_progress

OWN = {  # options of the screen that the tour has no use for, and why
    "checkpoints": "the tour keeps its runs in a folder of its own",
    "data": "the tour trains on the digits that came with the program",
    "coach": "the tour shows the coach",
}


@click.command()
@click.option("--restart", is_flag=True, help="Begin with the first step; the runs of the tour stay.")
@notify_option
@click.pass_context
def tour(context: click.Context, restart: bool, notify: bool) -> None:
    """Learn the program in ten steps, in under ten minutes.

    You do each step yourself, on the real program, with the digits that came with it: train a network, pause it,
    break it, have it mended, and ask it why. No network connection is needed, and your own runs are not touched.

    Leave with q whenever you like: the next `mnist-tui tour` goes on with the step where you left.
    """
    root = context.find_root()
    for name, why in OWN.items():
        if root.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name}: {why}; leave the option out")
    refuse_without_terminal()
    try:
        folder = tour_folder()
        if restart:
            write_progress(folder, Progress())
        read_progress(folder)
    except (ProgressError, PathError, OSError) as error:
        raise click.ClickException(in_words(error)) from error
    from tui.app.main import open_app
    from tui.tour.app import TourApp, sample

    wanted = {name: root.params.get(name) for name in ("theme", "drawing")}
    preferences, _ = current_preferences({**wanted, "notify": notify})
    sys.exit(open_app(folder, sample(), notify, True, preferences, preferences_file(), TourApp))
