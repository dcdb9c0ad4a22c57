"""Runs of the worker that are trained to their end."""

from pathlib import Path

from engine.vocabulary.config import Value
from engine.vocabulary.messages import EpochDone, StartRun
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine


def trained(engine: Engine, **changes: Value) -> Path:
    engine.done(StartRun(config=CONFIG.replace(changes)))
    ended = engine.finish()
    return engine.checkpoints / ended.run


def epochs_done(engine: Engine, run: str = RUN) -> list[EpochDone]:
    return [event for event in engine.sink.of(EpochDone) if event.run == run]
