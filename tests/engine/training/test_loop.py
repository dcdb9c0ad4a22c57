"""The training loop: what it says, that it repeats itself, and that a stop and a resume leave no trace."""

import itertools
import math
import re
from pathlib import Path

import pytest
import torch

from engine.data.find import Dataset
from engine.storage.runs.checkpoint import load_checkpoint
from engine.training.evaluation import evaluate, walk_digits
from engine.training.loop import order_of, train
from engine.training.run import Run
from engine.training.step import TrainingFailed
from engine.vocabulary.messages import CheckpointSaved, EpochDone, Event, Predict, RunEnded, RunStarted, StepsDone
from tests.engine.training.compared_runs import (  # noqa: F401  (_report_every_step is a fixture)
    CONFIG,
    _report_every_step,
    figures,
    weights,
)


def names(events: list[Event]) -> list[str]:
    return [name for name, _ in itertools.groupby(type(event).__name__ for event in events)]


# ------------------------------------------------------------------- events


def test_events_come_in_the_order_of_the_run(digits: Dataset, tmp_path: Path) -> None:
    events = list(train(Run(CONFIG, digits, name="0001-seed-cnn", folder=tmp_path)))
    assert names(events) == [
        "RunStarted", "StepsDone", "EpochDone", "CheckpointSaved", "StepsDone", "EpochDone", "CheckpointSaved",
        "RunEnded",
    ]  # fmt: skip
    started, ended = events[0], events[-1]
    assert isinstance(started, RunStarted)
    assert (started.steps_per_epoch, started.train_images, started.test_images) == (7, 200, 100)
    assert (started.parameters, started.device, started.config, started.step) == (21_840, "cpu", CONFIG, 0)
    assert isinstance(ended, RunEnded)
    assert (ended.state, ended.step) == ("finished", 14)
    assert {event.run for event in events} == {"0001-seed-cnn"}


def test_without_a_folder_nothing_is_saved(digits: Dataset) -> None:
    events = list(train(Run(CONFIG, digits)))
    assert not any(isinstance(event, CheckpointSaved) for event in events)
    with pytest.raises(ValueError, match="no folder"):
        Run(CONFIG, digits).save()


@pytest.mark.parametrize("every", [0.0, 1e9], ids=["each-step", "once-an-epoch"])
def test_step_losses_average_to_the_epochs_loss(digits: Dataset, every: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", every)
    config = CONFIG.replace({"batch_size": 1, "epochs": 1})  # 200 steps: more than the points of one event
    events = list(train(Run(config, digits)))
    reports = [event for event in events if isinstance(event, StepsDone)]
    assert len(reports) == (200 if every == 0 else 1)
    assert sum(event.steps for event in reports) == reports[-1].step == 200
    total = 0.0
    for event in reports:
        last = event.steps - event.stride * (len(event.losses) - 1)
        total += event.stride * sum(event.losses[:-1]) + last * event.losses[-1]
    [epoch] = figures(events)
    assert total / 200 == pytest.approx(epoch.train_loss, abs=1e-5)


def test_the_short_last_batch_counts_by_its_images(digits: Dataset) -> None:
    events = list(train(Run(CONFIG.replace({"epochs": 1}), digits)))
    losses = [loss for event in events if isinstance(event, StepsDone) for loss in event.losses]
    assert len(losses) == 7
    mean = sum(loss * images for loss, images in zip(losses, [30] * 6 + [20], strict=True)) / 200
    [epoch] = figures(events)
    assert epoch.train_loss == pytest.approx(mean, abs=1e-5)
    assert epoch.step == 7


def test_a_batch_as_large_as_the_data_is_one_step(digits: Dataset) -> None:
    events = list(train(Run(CONFIG.replace({"batch_size": 60000}), digits)))
    assert [event.step for event in figures(events)] == [1, 2]


def test_an_epochs_figures_are_those_of_its_network(digits: Dataset) -> None:
    run = Run(CONFIG.replace({"epochs": 1}), digits)
    [epoch] = figures(list(train(run)))
    measured = evaluate(run.model, digits.test_images, digits.test_labels)
    assert (epoch.test_loss, epoch.test_accuracy, epoch.confusion) == (
        measured.loss, measured.accuracy, measured.confusion,
    )  # fmt: skip
    assert sum(map(sum, epoch.confusion)) == 100
    assert 0 < epoch.train_accuracy < 1
    assert epoch.lr == CONFIG.lr


def test_training_learns(digits: Dataset) -> None:
    epochs = figures(list(train(Run(CONFIG.replace({"epochs": 15, "batch_size": 20}), digits))))
    assert epochs[-1].train_loss < epochs[0].train_loss * 0.7
    assert epochs[-1].test_accuracy > 0.5


# -------------------------------------------------------------- determinism


def test_an_order_is_a_permutation_and_a_function_of_seed_and_epoch() -> None:
    order = order_of(200, 5, 0)
    assert sorted(order.tolist()) == list(range(200))
    assert torch.equal(order, order_of(200, 5, 0))
    others = [order_of(200, 5, 1), order_of(200, 6, 0), order_of(200, 2**63 - 1, 100_000), order_of(200, 1, 10)]
    others += [order_of(200, 11, 0), torch.arange(200)]
    for first, second in itertools.combinations([order, *others], 2):
        assert not torch.equal(first, second)


def test_an_order_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    order_of(200, 5, 0)
    assert torch.equal(before, torch.get_rng_state())


def test_the_same_seed_gives_the_same_weights_and_another_one_others(digits: Dataset) -> None:
    results = []
    for seed in (5, 5, 6):
        run = Run(CONFIG.replace({"seed": seed}), digits)
        events = list(train(run))
        results.append((weights(run), figures(events)))
    assert torch.equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]
    assert not torch.equal(results[0][0], results[2][0])


def test_looking_at_digits_between_steps_changes_nothing(digits: Dataset) -> None:
    watched = Run(CONFIG, digits)
    for event in train(watched):
        if isinstance(event, StepsDone | EpochDone):
            walk_digits(
                watched.model, digits.test_images, digits.test_labels, Predict(start=3, count=9, only_wrong=True)
            )
            evaluate(watched.model, digits.test_images, digits.test_labels)
    undisturbed = Run(CONFIG, digits)
    list(train(undisturbed))
    assert torch.equal(weights(watched), weights(undisturbed))


# ----------------------------------------------------------------- failures


def damage(run: Run) -> None:
    with torch.no_grad():
        next(run.model.parameters()).fill_(float("nan"))


def test_a_loss_that_is_no_number_fails_the_run_and_spares_the_checkpoint(digits: Dataset, tmp_path: Path) -> None:
    run = Run(CONFIG.replace({"lr": 0.125}), digits, folder=tmp_path)
    events = train(run)
    for event in events:
        if isinstance(event, CheckpointSaved):
            break
    saved = (tmp_path / "last.pt").read_bytes()
    next(events)
    damage(run)
    with pytest.raises(TrainingFailed, match=r"nan at step 9 with learning rate 0\.125.* lower"):
        list(events)
    assert (tmp_path / "last.pt").read_bytes() == saved
    assert load_checkpoint(tmp_path / "last.pt")["position"]["step"] == 7


def test_weights_lost_in_the_last_step_of_an_epoch_are_not_saved_either(digits: Dataset, tmp_path: Path) -> None:
    """The loss of that step was still a number: only the test shows it."""
    run = Run(CONFIG, digits, folder=tmp_path)
    run.save()
    saved = (tmp_path / "last.pt").read_bytes()
    events = train(run)
    while run.step < 7:
        next(events)
    damage(run)
    with pytest.raises(TrainingFailed, match="test loss became nan after step 7"):
        list(events)
    assert (tmp_path / "last.pt").read_bytes() == saved


def test_the_first_bad_step_of_many_is_named(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 1e9)
    run = Run(CONFIG.replace({"schedule": "one-cycle"}), digits)
    steps = 0

    def after_step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            damage(run)

    run.optimizer.register_step_post_hook(after_step)
    rate = re.escape(f"nan at step 4 with learning rate {run.lr_of(3):g};")
    with pytest.raises(TrainingFailed, match=rate):
        list(train(run))


def test_a_much_too_large_learning_rate_shows_in_the_figures(digits: Dataset) -> None:
    """Adam's steps are bounded: a network that learns nothing, and figures that a message can carry."""
    epochs = figures(list(train(Run(CONFIG.replace({"lr": 10, "epochs": 3}), digits))))
    assert all(math.isfinite(epoch.train_loss) and math.isfinite(epoch.test_loss) for epoch in epochs)
    assert max(epoch.train_loss for epoch in epochs) > 10


def test_losses_too_large_to_be_added_up_in_float32_have_a_mean(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enormous(*_: object) -> torch.Tensor:
        return run.model.fc2.weight.sum() * 0 + 3e38

    run = Run(CONFIG.replace({"epochs": 1}), digits)
    monkeypatch.setattr("engine.training.step.mixed_loss", enormous)
    [epoch] = [event for event in train(run) if isinstance(event, EpochDone)]
    assert epoch.train_loss == pytest.approx(3e38)
