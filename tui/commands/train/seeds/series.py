"""`mnist-tui train --seeds 5`: the same configuration with one seed after another, and what they add up to."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.storage.paths import PathError
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import ProtocolError
from tui.commands.run_coroutine import INTERRUPTED
from tui.commands.train.interrupts import Interrupts
from tui.commands.train.one_run import train_run, warn_of_logout
from tui.commands.train.outcome import Outcome
from tui.commands.train.seeds.at_once import Result, train_at_once
from tui.commands.train.seeds.report import SeedRun, SeedsDone, print_seeds, what_is_left
from tui.link.errors import CommandRefused, EngineUnreachable
from tui.state.significance import Sample, sample
from tui.state.words.metrics import METRICS
from tui.terminal.sanitize import ascii_json, sanitize


async def train_seeds(
    checkpoints: Path,
    config: RunConfig,
    count: int,
    *,
    metric: str = "",
    processes: int | None,
    json: bool,
    notify: bool,
    coach: bool,
    wait: bool = False,
    jobs: int = 1,
) -> int:
    """Train once with each seed from the config's on, print what they add up to, and return the exit status.

    They go by `metric`; where none is named, by the accuracy on the images held out, if there are any. A seed that
    fails is told and counted, and the next one is trained. With other `jobs` than 1 so many are trained at once, for 0
    as many as pay. Raises what the first one is refused for, and ConfigError
    for seeds out of range.
    """
    last = config.replace({"seed": config.seed + count - 1}).seed
    await warn_of_logout()
    done: list[SeedRun] = []
    metric = metric or ("validation_accuracy" if config.validation else "accuracy")
    if jobs != 1:
        configs = [config.replace({"seed": seed}) for seed in range(config.seed, last + 1)]
        results, came = await train_at_once(checkpoints, configs, jobs, json=json, notify=notify, coach=coach)
        on_sample = any(isinstance(each, Outcome) and each.view is not None and each.view.sample for each in results)
        done = at_once(checkpoints, configs, results, came)
        return report(config, done, count, metric, interrupted=came, on_sample=on_sample, json=json)
    interrupts = Interrupts()
    on_sample = False
    for seed in range(config.seed, last + 1):
        print(f"seed {seed}, {len(done) + 1} of {count}", file=sys.stderr)
        try:
            outcome = await train_run(
                checkpoints,
                config.replace({"seed": seed}),
                interrupts,
                processes=processes,
                json=json,
                notify=notify and seed == last,
                coach=coach,
                wait=wait,
            )
        except BrokenPipeError:  # nobody reads what the others would print either
            raise
        except (CommandRefused, EngineUnreachable, ProtocolError, PathError, OSError) as error:
            if not done:
                raise
            print(f"seed {seed} failed: {sanitize(str(error))}", file=sys.stderr)
            done.append(SeedRun(seed=seed, state="failed", reason=str(error)))
            if interrupts.came:
                break
            continue
        on_sample = on_sample or (outcome.view is not None and outcome.view.sample)
        if outcome.view is not None or not interrupts.came:
            run = seed_run(seed, outcome, interrupts.came)
            done.append(msgspec.structs.replace(run, data=data_of(checkpoints, run.run)))
        if interrupts.came or done[-1].state == "stopped":
            break
    return report(config, done, count, metric, interrupted=interrupts.came, on_sample=on_sample, json=json)


def at_once(
    checkpoints: Path, configs: Sequence[RunConfig], results: Sequence[Result | None], interrupted: bool
) -> list[SeedRun]:
    """Return what became of seeds that were trained at once, without those that were not begun.

    Raises what the first one was refused for, where none has begun.
    """
    done = []
    for config, result in zip(configs, results, strict=True):
        if isinstance(result, Outcome):
            run = seed_run(config.seed, result, interrupted)
            done.append(msgspec.structs.replace(run, data=data_of(checkpoints, run.run)))
        elif result is not None:
            done.append(SeedRun(seed=config.seed, state="failed", reason=str(result)))
    refused = [result for result in results if isinstance(result, CommandRefused)]
    if refused and len(refused) == len(done):
        raise refused[0]
    return done


def report(
    config: RunConfig,
    done: Sequence[SeedRun],
    count: int,
    metric: str,
    *,
    interrupted: bool,
    on_sample: bool,
    json: bool,
) -> int:
    """Print what the seeds add up to, and return the exit status."""
    result = summary(done, count, on_sample, metric)
    if json:
        sys.stdout.write(ascii_json(result) + "\n")
    else:
        print_seeds(result)
    for line in what_is_left(config, result):
        print(sanitize(line, longest=5000), file=sys.stderr)
    return INTERRUPTED if interrupted else int(result.missing > 0)


def data_of(checkpoints: Path, run: str) -> str:
    """Return the fingerprint of the data that a run was trained on, "" where its record cannot be read."""
    try:
        return read_record(checkpoints / run).data if run else ""
    except RunError:
        return ""


def seed_run(seed: int, outcome: Outcome, interrupted: bool) -> SeedRun:
    """Return what became of one seed; `interrupted` when somebody here asked to stop."""
    view = outcome.view
    if view is None or (view.live and not interrupted):
        run = view.run if view is not None else ""
        return SeedRun(seed=seed, run=run, state="interrupted", reason="the engine ended while it was training")
    if view.state != "finished" or not view.epochs:
        state = "stopping" if view.live else view.state
        return SeedRun(seed=seed, run=view.run, state=state, reason=view.reason)
    figures = view.reported
    assert figures is not None
    return SeedRun(
        seed=seed,
        run=view.run,
        state="finished",
        epoch=figures.epoch,
        accuracy=figures.test_accuracy,
        loss=figures.test_loss,
        validation_accuracy=figures.validation_accuracy,
        validation_loss=figures.validation_loss,
    )


def summary(runs: Sequence[SeedRun], wanted: int, on_sample: bool, metric: str = "accuracy") -> SeedsDone:
    """Add up the seeds that finished."""
    finished = [run for run in runs if run.accuracy is not None]
    return SeedsDone(
        runs=list(runs),
        sample=on_sample,
        wanted=wanted,
        missing=wanted - len(finished),
        metric=metric,
        **{name: added_up([getattr(run, name) for run in finished]) for name in METRICS},
    )


def added_up(values: Sequence[float | None]) -> Sample | None:
    known = [value for value in values if value is not None]
    return sample(known) if known else None
