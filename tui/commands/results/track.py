"""`mnist-tui track`: runs that were trained before, sent to TensorBoard, MLflow and others."""

import subprocess
import sys
from pathlib import Path

import click

from tui.commands.shared_options import checkpoints_option, errors_in_one_line, json_option
from tui.terminal.sanitize import sanitize


@click.command()
@click.argument("runs_", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--to",
    "trackers",
    metavar="NAME[=WHERE]",
    multiple=True,
    help="tensorboard, mlflow=URL, trackio, or one that another package brings; may be given several times. [default:"
    " those that the run is logged to already]",
)
@json_option
@checkpoints_option
def track(runs_: tuple[str, ...], trackers: tuple[str, ...], checkpoints: Path, as_json: bool) -> None:
    """Send runs (3, 0003-seed-cnn, 3-7,9) to TensorBoard, MLflow or another tracker, from their logs.

    What a tracker has already is not sent again. `train --log-to` does the same while a run trains.
    """
    from engine.tracking.trackers import resolved, targets, trust
    from tui.commands.runs.changes import runs_named

    failed = False
    with errors_in_one_line():
        folders = [checkpoints / name for name in runs_named(checkpoints, runs_)]
        wanted = targets(named := resolved(",".join(trackers)))
        trust(named)
        for folder in folders:
            each = wanted or dict.fromkeys(names_of(folder), "")
            if not each:
                raise click.UsageError(f"{folder.name} is not logged anywhere yet; say where, --to tensorboard, say")
            for name, target in each.items():
                failed |= not send(folder, name, target, as_json)
    sys.exit(1 if failed else 0)


def names_of(folder: Path) -> list[str]:
    """Return the trackers that a run is logged to."""
    from engine.tracking.cursor import told

    return [each.tracker for each in told(folder)]


def send(folder: Path, name: str, target: str, as_json: bool) -> bool:
    """Have a process send a run, and print how far that came; tell whether the tracker has all that there is."""
    from engine.vocabulary.messages import TrackerTold, decode_event
    from tui.link.start import engine_environment
    from tui.state.words.runs import tracker_words

    words = [sys.executable, "-m", "engine.tracking", str(folder.parent), name, "--once", folder.name]
    words += ["--target", target]
    sending = subprocess.run(words, stdout=subprocess.PIPE, env=engine_environment(), check=False)
    for line in sending.stdout.splitlines():
        if as_json:
            print(line.decode(errors="replace"))
        elif isinstance(event := decode_event(line), TrackerTold):
            print(sanitize(tracker_words(event), longest=2000), file=sys.stderr if event.problem else sys.stdout)
    if sending.returncode and not sending.stdout:
        print(f"{folder.name}: what sends to {name} has ended by itself ({sending.returncode})", file=sys.stderr)
    return not sending.returncode
