"""`mnist-tui train`: a run without a screen. `mnist-tui find-lr`: a learning rate for one."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.vocabulary.config import FIELDS, ConfigError, Value
from tui.commands.run_coroutine import run
from tui.commands.shared_options import (
    HyperparametersCommand,
    checkpoints_option,
    coach_option,
    jobs_option,
    json_option,
    metric_option,
    notify_option,
)
from tui.preferences.options import current_preferences
from tui.state.words.metrics import VALIDATED
from tui.state.words.options import clean, config_of, config_options, given


@click.command(cls=HyperparametersCommand)
@click.pass_context
@click.option("--preset", metavar="NAME", help="Start from this preset; other options override it. [see: presets]")
@config_options
@click.option("--wait", is_flag=True, help="If something else trains, wait for it in the queue, then train.")
@click.option("--queue", "enqueue", is_flag=True, help="Put the run into the queue and return. [see: queue]")
@click.option(
    "--fork",
    metavar="RUN[@EPOCH]",
    default="",
    help="Begin with a checkpoint of another run: 12@10, 12@best, 12@last. Other options override its hyperparameters.",
)
@click.option("--resume", metavar="RUN", default="", help="Resume a run from its last checkpoint.")
@click.option(
    "--seeds",
    type=click.IntRange(2, 1000),
    help="Train this many runs, with seeds from --seed on; print mean, standard deviation and confidence interval. [2"
    " to 1000]",
)
@jobs_option
@metric_option
@notify_option
@coach_option
@json_option
@checkpoints_option
def train(
    context: click.Context,
    /,
    checkpoints: Path,
    as_json: bool,
    preset: str | None,
    wait: bool,
    enqueue: bool,
    fork: str,
    resume: str,
    seeds: int | None,
    jobs: int,
    metric: str | None,
    notify: bool,
    coach: bool,
    **options: Any,
) -> None:
    """Train without a screen. Ctrl-C stops after the current step and saves."""
    from engine.storage.preset_file import PresetError
    from engine.storage.presets import load_preset
    from tui.commands.train.one_run import BUSY, train_headless

    options["data"] = options["data"] or context.find_root().params["data"] or None
    if options["log_to"] is None and not resume:
        options["log_to"] = preferred_trackers()
    if fork and (resume or preset or seeds):
        other = "--resume" if resume else "--preset" if preset else "--seeds"
        raise click.UsageError(f"--fork begins with what another run has learned; leave out {other}")
    if resume and (wait or enqueue):
        raise click.UsageError("a run that is resumed cannot wait in the queue; leave out --wait and --queue")
    if wait and enqueue:
        raise click.UsageError("--wait waits for the run, and --queue returns at once; leave out one of them")
    if resume and preset:
        raise click.UsageError("--resume keeps the run's own hyperparameters; leave out --preset")
    if resume and seeds:
        raise click.UsageError("--resume continues one run; leave out --seeds")
    if metric and not seeds:
        raise click.UsageError("--metric needs --seeds, whose runs it compares; add --seeds, or leave out --metric")
    if jobs != 1:
        check_jobs(seeds=seeds, wait=wait, enqueue=enqueue, processes=options["processes"] or 1)
    try:
        base = load_preset(checkpoints, preset).changes if preset else {}
        if fork:
            fork, base = forked(checkpoints, fork)
        config = config_of(options, base)
    except PresetError as error:
        raise click.BadParameter(str(error), param_hint="--preset") from error
    processes = options["processes"]  # of the engine: a run can be resumed on another number
    if enqueue:
        from tui.commands.train.queue.enqueue import enqueue_runs

        sys.exit(run(enqueue_runs(checkpoints, config, seeds or 1, fork=fork, processes=processes, json=as_json)))
    if seeds:
        from tui.commands.train.seeds.series import train_seeds

        if metric in VALIDATED and not config.validation:
            raise click.UsageError(
                f"--metric {metric}: no images are held out; add --validation 0.1, say, or use accuracy"
            )
        several = train_seeds(
            checkpoints,
            config,
            seeds,
            metric=metric or "",
            processes=processes,
            json=as_json,
            notify=notify,
            coach=coach,
            wait=wait,
            jobs=jobs,
        )
        sys.exit(run(several))
    changes = {name: value for name, value in given(options).items() if name not in ("processes", "data")}
    begin = partial(
        train_headless,
        checkpoints,
        config,
        resume=resume,
        fork=fork,
        changes=changes,
        processes=processes,
        json=as_json,
        notify=notify,
        coach=coach,
    )
    status = run(begin(wait=wait))
    if status == BUSY:
        question = "Wait for it here (w), leave the run in the queue (q), or cancel (c)?"
        answer = click.prompt(question, type=click.Choice(["w", "q", "c"]), default="w", err=True)
        if answer == "q":
            from tui.commands.train.queue.enqueue import enqueue_runs

            sys.exit(run(enqueue_runs(checkpoints, config, 1, fork=fork, processes=processes, json=as_json)))
        status = run(begin(wait=True)) if answer == "w" else 1
    sys.exit(status)


def preferred_trackers() -> Value | None:
    """Return what the user prefers every new run to be logged to, None for nothing. Raises UsageError."""
    value = current_preferences({})[0].log_to
    try:
        return clean("log_to", FIELDS["log_to"].parse(value)) if value else None
    except ConfigError as error:
        raise click.UsageError(f"preference {error}; `mnist-tui config set log_to` changes it") from error


def check_jobs(*, seeds: int | None, wait: bool, enqueue: bool, processes: int) -> None:
    """Raise UsageError for what does not go together with several runs at once."""
    if not seeds:
        raise click.UsageError("--jobs trains several runs at once, and this is one; add --seeds, or leave out --jobs")
    if wait or enqueue:
        other = "--wait" if wait else "--queue"
        raise click.UsageError(
            f"--jobs trains these runs now; leave out {other}, or have several waiting runs train at once with"
            " `mnist-tui queue jobs`"
        )
    if processes > 1:
        raise click.UsageError("--jobs trains each run in a process of its own; leave out --processes or --jobs")


def forked(checkpoints: Path, fork: str) -> tuple[str, dict[str, Any]]:
    """Return the checkpoint that is meant, in full, and the hyperparameters of its run by then."""
    from engine.storage.runs.folders import RunError
    from engine.storage.runs.lineage import find_checkpoint

    try:
        folder, checkpoint = find_checkpoint(checkpoints, fork)
    except (RunError, OSError) as error:
        raise click.BadParameter(str(error), param_hint="--fork") from error
    return f"{folder.name}@{checkpoint.name}", {
        name: value for name, value in checkpoint.config.differences().items() if name != "log_to"
    }


@click.command("find-lr", cls=HyperparametersCommand)
@click.pass_context
@config_options
@json_option
@checkpoints_option
def find_lr(context: click.Context, /, checkpoints: Path, as_json: bool, **options: Any) -> None:
    """Suggest a learning rate: train some steps at increasing rates and see where the loss falls."""
    from tui.commands.train.lr_finder import find_rate

    options["data"] = options["data"] or context.find_root().params["data"] or None
    if (options["processes"] or 1) > 1:
        raise click.UsageError("the learning-rate finder uses one process; leave out --processes")
    run(find_rate(checkpoints, config_of(options), as_json=as_json))
