"""Trials of a study at once: processes that share it, as several engines do."""

import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import torch

from engine.data.dataset import Dataset
from engine.server.pool.place import Place
from engine.server.pool.planning import own_device, with_share
from engine.server.pool.pool import Pool
from engine.storage.files import in_words
from engine.storage.printing import say
from engine.storage.runs.record import RunRecord
from engine.tracking.trials import Events, recorded, trial_folder
from engine.training.run import Run
from engine.tuning.active import ActiveStudy
from engine.tuning.begin import begin_study
from engine.tuning.watched import WatchedStudy
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    StartStudy,
    StudyEvent,
)


def begin_search(
    pool: Pool | None,
    checkpoints: Path,
    command: StartStudy,
    config: RunConfig,
    data: Dataset,
    publish: Callable[[StudyEvent], None],
) -> ActiveStudy:
    """Begin or continue a study: its trials are trained by this process, or by several at once.

    Raises StudyError, ConfigError and OSError.
    """
    if pool is None or command.jobs == 1:
        share = with_share(config, command.jobs).threads
        alone = begin_study(checkpoints, command, data, publish, kind=ActiveStudy, threads=share)
        if config.log_to:
            alone.recorded = partial(logged, checkpoints, alone.name)
        return alone
    study = begin_study(checkpoints, command, data, publish, kind=WatchedStudy)
    try:
        search(pool, msgspec.structs.replace(command, base=config, name=study.name), study.leave)
    except OSError as error:
        study.leave(in_words(error))
    return study


def logged(checkpoints: Path, study: str, number: int, run: Run, events: Events) -> Events:
    """Return the events of a trial, which are also written into a log, for trackers."""
    record = RunRecord(
        run=run.name, state="running", started=time.time(), config=run.config, conventions=run.conventions,
        device=str(run.device), data=run.data.fingerprint, data_path=run.data.path, sample=run.data.sample,
        classes=run.data.classes, versions={"python": platform.python_version(), "torch": str(torch.__version__)},
    )  # fmt: skip
    return recorded(events, trial_folder(checkpoints, study, number), record)


def search(pool: Pool, command: StartStudy, ended: Callable[[str], None]) -> None:
    """Have `command.jobs` processes train trials of a study that is open already; `ended` is called when the last one
    has left it, with the latest trouble.

    One that is lost is in nobody's way: the others try its trial again. Raises OSError where none can be started.
    """
    joined: list[Place] = []
    left: set[int] = set()
    trouble = [""]

    def leave(place: Place, why: str) -> None:
        if why:
            trouble[0] = why
            say(f"study {command.name}: a process has left it: {why}")
        left.add(place.number)
        if len(left) == command.jobs:
            ended(trouble[0])

    def answered(place: Place, answer: AnyEvent) -> None:
        if isinstance(answer, CommandFailed):
            pool.leave_study(place, answer.reason)

    for _ in range(command.jobs):
        place = pool.free()
        place.busy, place.study, place.left = True, command.name, partial(leave, place)
        joined.append(place)
    for place in joined:
        device = own_device(command.base.device, place.number)
        base = command.base.replace({"device": device})
        place.ask(msgspec.structs.replace(command, base=base), partial(answered, place))
