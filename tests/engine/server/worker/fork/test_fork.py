"""Forks: a new run from a checkpoint of another, with other hyperparameters."""

import msgspec
import pytest
import torch

from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.storage.runs.lineage import find_checkpoint, kept_checkpoints
from engine.storage.runs.listing import summarize
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    ClearQueue,
    DeleteRun,
    Enqueue,
    Enqueued,
    EpochDone,
    ResumeRun,
    RunEvent,
    RunStarted,
    StartRun,
    Steer,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)

PARENT = CONFIG.replace({"epochs": 3, "keep_every": 1, "ema": 0.9, "validation": 0.2, "seed": 4, "dropout": 0.3})
FORK = "0002-seed-cnn"


@pytest.fixture
def parent(engine: Engine) -> Engine:
    engine.done(StartRun(config=PARENT))
    engine.finish()
    engine.sink.events.clear()
    return engine


def state(engine: Engine, run: str, file: str = "last.pt") -> dict[str, object]:
    return load_checkpoint(engine.checkpoints / run / file)


def weights(engine: Engine, run: str) -> list[torch.Tensor]:
    saved = state(engine, run)
    return [*saved["model"].values(), *saved["average"].values()]  # type: ignore[attr-defined]


def figures(engine: Engine, run: str) -> list[EpochDone]:
    return [
        msgspec.structs.replace(event, run="", seconds=0.0, test_seconds=0.0, input_share=0.0)
        for event in EventReader(engine.checkpoints / run)
        if isinstance(event, EpochDone)
    ]


@pytest.mark.parametrize("at", [1, 2])
def test_an_unchanged_fork_trains_on_bit_for_bit_as_its_parent_did(parent: Engine, at: int) -> None:
    parent.done(StartRun(config=PARENT, fork=f"1@{at}"))
    parent.finish()
    assert all(map(torch.equal, weights(parent, FORK), weights(parent, RUN)))
    assert figures(parent, FORK) == figures(parent, RUN)[at:]


def test_the_log_of_a_fork_begins_where_its_parents_branches_off(parent: Engine) -> None:
    config = PARENT.replace({"lr": 0.0003})
    parent.done(StartRun(config=config, fork="1@2"))
    parent.finish()
    log: list[RunEvent] = list(EventReader(parent.checkpoints / FORK))
    step = figures(parent, RUN)[1].step
    [started] = [event for event in log if isinstance(event, RunStarted)]
    assert log[0] == started
    assert (started.step, started.epoch, started.resumes) == (step, 2, False)
    assert (started.parent, started.parent_epoch, started.parent_step) == (RUN, 2, step)
    assert all(event.step >= step for event in log)
    record = read_record(parent.checkpoints / FORK)
    assert (record.parent, record.parent_epoch, record.parent_step) == (RUN, 2, step)
    assert (record.config, record.began, record.steered) == (config, {}, False)
    line = summarize(parent.checkpoints / FORK, live="")
    assert (line.parent, line.parent_epoch, line.parent_step) == (RUN, 2, step)
    assert read_record(parent.checkpoints / RUN).config == PARENT


def test_a_fork_can_be_stopped_and_resumed_also_before_its_first_epoch(parent: Engine) -> None:
    parent.done(StartRun(config=PARENT, fork="1@1"))
    parent.done(Stop())
    parent.done(ResumeRun(run="2"))
    parent.finish()
    again = [event for event in parent.sink.events if isinstance(event, RunStarted)][-1]
    assert again.resumes
    assert again.parent == RUN
    assert all(map(torch.equal, weights(parent, FORK), weights(parent, RUN)))
    assert summarize(parent.checkpoints / FORK, live="").parent == RUN


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"model": "lenet5"}, "Network (model)"), ({"width": 2.0}, "Width (width)"), ({"seed": 5}, "Seed (seed)"),
     ({"validation": 0.1}, "Validation (validation)"), ({"epochs": 2}, "Epochs (epochs)")],
)  # fmt: skip
def test_what_cannot_differ_is_refused_by_name(parent: Engine, changes: dict[str, object], named: str) -> None:
    reason = parent.refused(StartRun(config=PARENT.replace(changes), fork="1@2"))
    assert named in reason
    assert run_names(parent.checkpoints) == [RUN]
    assert named in parent.refused(Enqueue(config=PARENT.replace(changes), fork="1@2"))


@pytest.mark.parametrize(
    "changes",
    [{"optimizer": "sgd"}, {"optimizer": "muon"}, {"optimizer": "adamw"}, {"ema": 0.0}, {"batch_size": 20},
     {"schedule": "plateau"}, {"schedule": "one-cycle"}, {"dropout": 0.0}, {"mixup": 0.2}],
)  # fmt: skip
def test_all_else_may_differ(parent: Engine, changes: dict[str, object]) -> None:
    parent.done(StartRun(config=PARENT.replace(changes), fork="1@2"))
    assert parent.finish().state == "finished"
    assert [event.epoch for event in figures(parent, FORK)] == [3]


def test_a_moving_average_begins_with_the_weights_where_the_parent_had_none(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    engine.done(StartRun(config=CONFIG.replace({"ema": 0.9, "epochs": 3}), fork="1"))
    assert engine.finish().state == "finished"


def test_a_checkpoint_is_named_by_its_epoch_best_or_last(parent: Engine) -> None:
    kept = kept_checkpoints(parent.checkpoints / RUN)
    assert [each.name for each in kept] == ["last", "best", "3", "2", "1"]
    assert find_checkpoint(parent.checkpoints, "1")[1].name == "last"
    assert find_checkpoint(parent.checkpoints, "1@last")[1].epoch == 3
    assert find_checkpoint(parent.checkpoints, f"{RUN}@1")[1].file == "epoch-0001.pt"
    for fork, part in (
        ("1@9", "there are 1@last (epoch 3)"),
        ("7@1", "no run '7'"),
        ("1@first", "'first'"),
        ("@1", ""),
    ):
        assert part in parent.refused(StartRun(config=PARENT, fork=fork))


def test_the_last_checkpoint_is_that_of_its_epoch_where_none_was_kept_apart(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    assert find_checkpoint(engine.checkpoints, "1@2")[1].file == "last.pt"
    assert "--keep-every" in engine.refused(StartRun(config=CONFIG, fork="1@1"))


def test_the_configuration_of_a_checkpoint_is_that_of_its_time(engine: Engine) -> None:
    engine.done(StartRun(config=PARENT))
    engine.train_until(lambda: engine.step >= 5)
    engine.done(Steer(changes={"lr": 0.5}))
    engine.finish()
    kept = {each.name: each.config.lr for each in kept_checkpoints(engine.checkpoints / RUN)}
    assert (kept["1"], kept["2"], kept["last"]) == (PARENT.lr, 0.5, 0.5)


def test_a_fork_waits_in_the_queue_and_starts_by_itself(parent: Engine) -> None:
    parent.done(StartRun(config=RunConfig(epochs=1, batch_size=50, device="cpu")))
    assert isinstance(parent.tell(Enqueue(config=PARENT, fork="1@2")), Enqueued)
    parent.finish()
    parent.worker.start_queued()
    parent.finish()
    assert read_record(parent.checkpoints / "0003-seed-cnn").parent == RUN


def test_a_damaged_checkpoint_is_named(parent: Engine) -> None:
    (parent.checkpoints / RUN / "epoch-0002.pt").write_bytes(b"?")
    assert "epoch-0002.pt" in parent.refused(StartRun(config=PARENT, fork="1@2"))
    assert run_names(parent.checkpoints) == [RUN]


@pytest.mark.parametrize("fork", ["1@2", f"{RUN}@last", "0001"])
def test_the_parent_of_a_waiting_fork_cannot_be_deleted_and_the_refusal_says_what_to_do(
    parent: Engine, fork: str
) -> None:
    epochs = PARENT.replace({"epochs": 4})
    assert isinstance(parent.tell(Enqueue(config=epochs, fork=fork)), Enqueued)
    refused = parent.refused(DeleteRun(run="1"))
    assert f"run {RUN} is the parent of a waiting fork" in refused
    assert "`mnist-tui queue remove 1`" in refused
    assert run_names(parent.checkpoints) == [RUN]
    parent.done(ClearQueue())
    parent.done(DeleteRun(run="1"))
