"""A stopped and resumed run: a stop and a resume leave no trace."""

from pathlib import Path

import pytest
import torch

from engine.data.find import Dataset
from engine.storage.runs.checkpoint import CheckpointError, load_checkpoint
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.config import ConfigError
from engine.vocabulary.messages import EpochDone, Event, RunEnded, RunStarted, StepsDone
from tests.engine.training.compared_runs import (  # noqa: F401  (_report_every_step is a fixture)
    CONFIG,
    _report_every_step,
    figures,
    same,
    weights,
    without_time,
)


@pytest.fixture
def undisturbed(digits: Dataset, tmp_path: Path) -> tuple[Run, list[EpochDone]]:
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    run = Run(CONFIG, digits, name="r", folder=folder)
    return run, figures(list(train(run)))


@pytest.mark.parametrize("stop_at", [0, 1, 3, 6, 7, 8, 10, 13])
def test_a_stopped_and_resumed_run_ends_bit_for_bit_as_an_undisturbed_one(
    digits: Dataset, tmp_path: Path, undisturbed: tuple[Run, list[EpochDone]], stop_at: int
) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    stopped = Run(CONFIG, digits, name="r", folder=folder)
    before: list[Event] = []
    events = train(stopped)
    for event in events:
        before.append(event)
        if stopped.step == stop_at:
            break
    stopped.save()
    events.close()
    assert stopped.step == stop_at
    torch.manual_seed(999)  # as another process would
    torch.rand(7)

    again = resume("r", folder, digits)
    assert again.step == stop_at
    after = list(train(again))
    assert isinstance(after[0], RunStarted)
    assert after[0].step == stop_at
    reference, epochs = undisturbed
    assert torch.equal(weights(again), weights(reference))
    assert same(again.optimizer.state_dict(), reference.optimizer.state_dict())
    assert same(without_time(again.state()), without_time(reference.state()))
    assert figures([*before, *after]) == epochs


def test_a_run_can_be_stopped_and_resumed_after_every_step(
    digits: Dataset, tmp_path: Path, undisturbed: tuple[Run, list[EpochDone]]
) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    run = Run(CONFIG, digits, name="r", folder=folder)
    run.save()
    epochs: list[EpochDone] = []
    ended = False
    while not ended:
        run = resume("r", folder, digits)
        events = train(run)
        next(events)  # RunStarted
        for event in events:
            epochs += figures([event])
            ended = isinstance(event, RunEnded)
            if isinstance(event, StepsDone):
                break
        events.close()
        run.save()
    assert torch.equal(weights(run), weights(undisturbed[0]))
    assert epochs == undisturbed[1]


def test_a_finished_run_goes_on_with_more_epochs_as_if_it_had_been_longer(digits: Dataset, tmp_path: Path) -> None:
    short = Run(CONFIG, digits, folder=tmp_path)
    list(train(short))
    with pytest.raises(ConfigError, match="2 is too few, 2 are done"):
        resume("r", tmp_path, digits)
    longer = resume("r", tmp_path, digits, {"epochs": 3})
    list(train(longer))
    whole = Run(CONFIG.replace({"epochs": 3}), digits)
    list(train(whole))
    assert torch.equal(weights(longer), weights(whole))


def test_a_run_is_not_resumed_on_other_data(digits: Dataset, tiny_dataset: Dataset, tmp_path: Path) -> None:
    list(train(Run(CONFIG, digits, folder=tmp_path)))
    with pytest.raises(CheckpointError, match="trained on other data"):
        resume("r", tmp_path, tiny_dataset, {"epochs": 9})


def test_a_checkpoint_that_does_not_fit_its_network_is_refused(digits: Dataset, tmp_path: Path) -> None:
    run = Run(CONFIG, digits, folder=tmp_path)
    state = run.state()
    for damage in ("model", "optimizer", "position", "rng", "sums"):
        with pytest.raises(CheckpointError, match="does not fit"):
            run.restore({**state, damage: {}})


def test_every_so_many_epochs_a_checkpoint_is_kept(digits: Dataset, tmp_path: Path) -> None:
    list(train(Run(CONFIG.replace({"epochs": 5, "keep_every": 2}), digits, folder=tmp_path)))
    assert sorted(path.name for path in tmp_path.glob("epoch-*.pt")) == ["epoch-0002.pt", "epoch-0004.pt"]
    assert load_checkpoint(tmp_path / "epoch-0002.pt")["position"]["epoch"] == 2
    assert load_checkpoint(tmp_path / "last.pt")["position"]["epoch"] == 5


def test_the_share_of_the_input_is_that_of_the_whole_epoch_after_a_resume(digits: Dataset, tmp_path: Path) -> None:
    run = Run(CONFIG, digits, folder=tmp_path)
    run.seconds, run.input_seconds = 2.0, 1.0
    run.save()
    again = resume("r", tmp_path, digits)
    assert (again.seconds, again.input_seconds) == (2.0, 1.0)
