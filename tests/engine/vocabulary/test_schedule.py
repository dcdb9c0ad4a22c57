"""How the learning rate moves: as torch's own schedules do, at any step of any run."""

import pytest
import torch
from torch import nn

from engine.data.dataset import Dataset
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import EpochDone, RunEvent, Steered
from engine.vocabulary.schedule import SCHEDULES, Plateau, curve, learning_rate
from tui.state.run import RunView, apply_to_run
from tui.widgets.run_bar import run_segments

CONFIG = RunConfig(epochs=10, lr=0.01)
PER_EPOCH = 47
# Nothing is learned and nothing dropped: on every machine each epoch has the loss of the first.
STANDING = RunConfig(batch_size=100, device="cpu", lr=1e-9, decay=0.1, decay_every=1, dropout=0, dropout2d=0)


def rates(config: RunConfig, per_epoch: int = PER_EPOCH) -> list[float]:
    return [learning_rate(config, step, per_epoch) for step in range(config.epochs * per_epoch)]


def rates_of_torch(make: object, steps: int, per: int = 1) -> list[float]:
    """Return the rates of a schedule of torch that is asked after every so many steps."""
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.01)
    theirs = make(optimizer)  # type: ignore[operator]
    expected = []
    for step in range(1, steps + 1):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step % per == 0 and step < steps:
            theirs.step()
    return expected


@pytest.mark.parametrize("per_epoch", [1, 24, 600])
def test_one_cycle_is_that_of_torch(per_epoch: int) -> None:
    steps = 10 * per_epoch
    expected = rates_of_torch(
        lambda it: torch.optim.lr_scheduler.OneCycleLR(it, 0.01, total_steps=steps, cycle_momentum=False), steps
    )
    assert rates(CONFIG.replace({"schedule": "one-cycle"}), per_epoch) == pytest.approx(expected)


def test_cosine_is_that_of_torch() -> None:
    steps = 10 * PER_EPOCH
    expected = rates_of_torch(lambda it: torch.optim.lr_scheduler.CosineAnnealingLR(it, T_max=steps), steps)
    assert rates(CONFIG.replace({"schedule": "cosine"})) == pytest.approx(expected)


def test_steps_are_those_of_torch() -> None:
    expected = rates_of_torch(
        lambda it: torch.optim.lr_scheduler.StepLR(it, 3, gamma=0.25), 10 * PER_EPOCH, per=PER_EPOCH
    )
    found = rates(CONFIG.replace({"schedule": "step", "decay": 0.25, "decay_every": 3}))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("decay_every", [1, 3])
def test_a_plateau_is_that_of_torch(decay_every: int) -> None:
    losses = [1.0, 0.9, 0.9, 0.95, 0.91, 0.8, 0.8, 0.8, 0.79999, 0.8, 0.8, 0.8, 0.7]
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=decay_every - 1)
    config = RunConfig(schedule="plateau", decay=0.5, decay_every=decay_every)
    ours = Plateau()
    for loss in losses:
        theirs.step(loss)
        ours = ours.after(loss, config)
        assert ours.share == optimizer.param_groups[0]["lr"]


def test_a_constant_rate_is_the_rate_to_the_last_bit() -> None:
    assert {learning_rate(RunConfig(lr=0.1 + 0.2), step, 1) for step in (0, 3, 9, 50)} == {0.1 + 0.2}


def test_a_warm_up_rises_in_a_straight_line_and_then_the_schedule_begins() -> None:
    config = CONFIG.replace({"schedule": "cosine", "warmup": 2})
    found = rates(config)
    warm = 2 * PER_EPOCH
    assert found[:warm] == pytest.approx([0.01 * (step + 1) / (warm + 1) for step in range(warm)])
    assert found[warm] == 0.01 == max(found)
    assert found[warm:] == pytest.approx(rates(CONFIG.replace({"schedule": "cosine", "epochs": 8})))


@pytest.mark.parametrize("warmup", [0, 0.5, 1])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_a_rate_for_any_step_of_any_run(name: str, warmup: float) -> None:
    config = RunConfig(schedule=name, warmup=0 if name == "one-cycle" else warmup, epochs=1)
    for step, per_epoch in ((0, 1), (1, 1), (10**9, 3), (5, 10)):
        assert 0 < learning_rate(config, step, per_epoch) <= config.lr


def test_the_curve_runs_from_the_first_step_to_the_last() -> None:
    config = CONFIG.replace({"schedule": "one-cycle"})
    points = curve(config, PER_EPOCH)
    assert points[0] == (0, rates(config)[0])
    assert points[-1] == ((10 * PER_EPOCH - 1) / PER_EPOCH, rates(config)[-1])
    assert len(points) == 200
    assert len(curve(config.replace({"epochs": 1}), 3)) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedule": "one-cycle", "warmup": 1}, "includes a warm-up"),
        ({"epochs": 2, "warmup": 3}, "at most 2"),
    ],
)
def test_a_warm_up_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        RunConfig().replace(changes)


def test_a_run_on_a_plateau_lowers_its_rate_and_remembers_it_when_resumed(digits: Dataset, tmp_path: object) -> None:
    config = STANDING.replace({"epochs": 4, "schedule": "plateau"})
    run = Run(config, digits, folder=tmp_path)  # type: ignore[arg-type]
    told = [event.lr for event in train(run) if isinstance(event, EpochDone)]
    assert told[0] == 1e-9
    assert told[-1] < told[0]
    again = resume("r", tmp_path, digits, {"epochs": 5})  # type: ignore[arg-type]
    assert again.plateau == run.plateau
    assert again.lr == run.lr < 1e-9


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_screen_knows_the_rate_of_the_next_step_from_what_it_was_told(schedule: str, digits: Dataset) -> None:
    config = STANDING.replace({"epochs": 3, "schedule": schedule})
    run, view, seen = Run(config, digits), None, set()
    for event in train(run):
        if isinstance(event, RunEvent):
            view = apply_to_run(view, event)
        if isinstance(event, EpochDone):
            assert view is not None
            assert view.lr == run.lr
            seen.add(run.lr)
    assert len(seen) == (1 if schedule == "constant" else 3)


def test_a_screen_knows_what_plateaus_have_left_of_the_rate_also_of_a_steered_run(digits: Dataset) -> None:
    config = STANDING.replace({"epochs": 10})
    steered = {3: {"schedule": "plateau"}, 5: {"decay": 0.5}, 6: {"schedule": "constant"}, 7: {"schedule": "plateau"}}
    run, view, seen = Run(config, digits), None, set()
    for event in train(run):
        view = apply_to_run(view, event)
        if isinstance(event, EpochDone):
            if event.epoch in steered:
                run.steer(steered[event.epoch])
            view = apply_to_run(view, Steered(run=run.name, step=run.step, changes={}, config=run.config))
            assert view is not None
            assert view.lr == run.lr
            seen.add(run.lr)
    assert len(seen) > 3


@pytest.mark.parametrize(
    "config", [RunConfig(schedule="of another version"), RunConfig(schedule="step", decay_every=0)]
)
def test_a_screen_tells_no_rate_of_a_config_that_a_form_would_refuse(config: RunConfig) -> None:
    view = RunView("0001-seed-cnn", config, "running", step=50)
    assert view.lr is None
    assert "lr" not in str(run_segments(view, past=False))
