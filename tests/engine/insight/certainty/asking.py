"""Questions that are answered piece by piece, asked of a worker driven by hand."""

import shutil
from pathlib import Path
from typing import TypeVar

import pytest

from engine.data.dataset import ARRAYS, write_npz
from engine.server.worker.command_loop import Worker
from engine.vocabulary.messages import AnyCommand, AnyEvent, CommandFailed, StartRun
from tests.engine.server.worker.driven_worker import CONFIG, Engine, as_dict

E = TypeVar("E", bound=AnyEvent)


def ask(engine: Engine, command: AnyCommand, kind: type[E], train: bool = False) -> E:
    """Return the answer; with `train` the run in progress goes on between the pieces."""
    answers: list[AnyEvent] = []
    worker: Worker = engine.worker
    worker.carry_out(type(command)(**{**as_dict(command), "id": 9}), answers.append)
    while not answers:
        for _ in range(3 * train):  # an event each, and not all of them are of steps
            worker.jobs.advance()
        worker.advance_answers()
    [answer] = answers
    assert isinstance(answer, kind), answer
    assert answer.reply_to == 9
    return answer


def refused(engine: Engine, command: AnyCommand) -> str:
    return ask(engine, command, CommandFailed).reason


def fewer_digits(engine: Engine, folder: Path, count: int) -> Path:
    """Write a data set of the first digits of the loaded one."""
    data = engine.worker.loader.data
    assert data is not None
    path = folder / "fewer.npz"
    path.write_bytes(write_npz({name: getattr(data, name)[:count].numpy() for name in ARRAYS}, ()))
    return path


@pytest.fixture
def trained(checkpoints: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine with three finished runs: two of different seeds with images held out, and one without.

    They are trained once; each test has copies.
    """
    kept = tmp_path_factory.getbasetemp() / "trained-for-certainty"
    if not kept.exists():
        trainer = Engine(checkpoints)
        trainer.worker.loader.load("")
        for changes in ({"validation": 0.2}, {"validation": 0.2, "seed": 3}, {"seed": 5}):
            trainer.done(StartRun(config=CONFIG.replace({"lr": 0.003, "epochs": 3, **changes})))
            trainer.finish()
        shutil.copytree(checkpoints, kept)
    else:
        shutil.copytree(kept, checkpoints)
    engine = Engine(checkpoints)
    engine.worker.loader.load("")
    return engine
