"""Steps of a run that are merged: their mean, their number and their place stay."""

import math
import random

import msgspec
import pytest

from engine.vocabulary.messages import (
    STEP_POINTS,
    StepsDone,
    coarsen,
    merge_steps,
)


def one(step: int, loss: float) -> StepsDone:
    return StepsDone(run="r", step=step, epoch=0, stride=1, losses=[loss], images_per_s=1.0, steps=1)


def mean_of(event: StepsDone) -> float:
    steps = event.steps or event.stride * len(event.losses)
    last = steps - event.stride * (len(event.losses) - 1)
    assert 1 <= last <= event.stride
    weights = [event.stride] * (len(event.losses) - 1) + [last]
    return sum(weight * loss for weight, loss in zip(weights, event.losses, strict=True)) / steps


@pytest.mark.parametrize(
    ("steps", "before", "ends"), [(0, 8, [12, 16, 20]), (12, 8, [12, 16, 20]), (9, 11, [15, 19, 20])]
)
def test_steps_know_where_each_of_their_losses_ends(steps: int, before: int, ends: list[int]) -> None:
    event = StepsDone(run="r", step=20, epoch=0, stride=4, losses=[3.0, 2.0, 1.0], images_per_s=10.0, steps=steps)
    assert (event.before, event.ends) == (before, ends)


def test_two_short_events_are_joined_as_they_are() -> None:
    first = StepsDone(run="r", step=3, epoch=0, stride=1, losses=[3.0, 2.0, 1.0], images_per_s=10.0)
    second = StepsDone(run="r", step=5, epoch=1, stride=1, losses=[0.5, 0.25], images_per_s=20.0)
    merged = merge_steps(first, second)
    assert merged.losses == [3.0, 2.0, 1.0, 0.5, 0.25]
    assert (merged.step, merged.epoch, merged.stride, merged.steps, merged.images_per_s) == (5, 1, 1, 5, 20.0)


@pytest.mark.parametrize("steps", [65, 128, 129, 1000, 4097])
def test_merging_one_by_one_keeps_mean_count_and_place(steps: int) -> None:
    """As for a client that reads nothing while a slow machine trains: a long event meets many short ones."""
    losses = [math.exp(-step / 500) for step in range(1, steps + 1)]
    merged = one(1, losses[0])
    for step in range(2, steps + 1):
        merged = merge_steps(merged, one(step, losses[step - 1]))
        assert len(merged.losses) <= STEP_POINTS
    assert merged.step == merged.steps == steps
    assert merged.stride * len(merged.losses) - merged.stride < steps <= merged.stride * len(merged.losses)
    assert mean_of(merged) == pytest.approx(sum(losses) / steps)
    # Each point is the mean of just those steps at whose end a chart draws it.
    for i, loss in enumerate(merged.losses):
        part = losses[i * merged.stride : (i + 1) * merged.stride]
        assert loss == pytest.approx(sum(part) / len(part))


def test_merging_uneven_strides_keeps_the_mean() -> None:
    generator = random.Random(3)
    merged, step, total = None, 0, 0.0
    for _ in range(200):
        stride, count = generator.choice([1, 2, 3, 7]), generator.randrange(1, 65)
        losses = [generator.random() for _ in range(count)]
        last = generator.randrange(1, stride + 1)
        steps = stride * (count - 1) + last
        step += steps
        event = StepsDone(run="r", step=step, epoch=0, stride=stride, losses=losses, images_per_s=1.0, steps=steps)
        total += stride * sum(losses[:-1]) + last * losses[-1]
        merged = event if merged is None else merge_steps(merged, event)
        assert len(merged.losses) <= STEP_POINTS
    assert merged is not None
    assert merged.steps == step
    assert mean_of(merged) == pytest.approx(total / step)


@pytest.mark.parametrize("field", [{"stride": 0}, {"stride": -3}, {"steps": -9}, {"steps": 1}, {"losses": []}])
def test_nonsense_in_a_log_does_not_hang_a_merge(field: dict[str, object]) -> None:
    odd = msgspec.structs.replace(
        StepsDone(run="r", step=3, epoch=0, stride=2, losses=[3.0, 2.0, 1.0], images_per_s=10.0), **field
    )
    assert merge_steps(one(1, 1.0), odd).losses
    assert merge_steps(odd, one(9, 1.0)).losses


def test_coarsen_lets_the_last_group_be_the_smaller_one() -> None:
    assert coarsen([(1, loss) for loss in (1.0, 3.0, 5.0, 7.0, 9.0)], 2) == [2.0, 6.0, 9.0]
    assert coarsen([(1, 2.0)], 1) == [2.0]
    assert coarsen([], 4) == []


def test_accuracies_are_merged_at_the_same_points_as_the_losses() -> None:
    losses = [1 - step / 400 for step in range(300)]
    merged = None
    for step, loss in enumerate(losses, 1):
        event = msgspec.structs.replace(one(step, loss), accuracies=[loss], grad_norms=[(step, loss)])
        merged = event if merged is None else merge_steps(merged, event)
    assert merged is not None
    assert merged.accuracies == pytest.approx(merged.losses)
    assert len(merged.accuracies) == len(merged.losses)
    assert len(merged.grad_norms) <= STEP_POINTS
    assert merged.grad_norms[-1][0] == 300
    steps = [step for step, _ in merged.grad_norms]
    assert steps == sorted(set(steps))


def test_steps_of_a_version_that_told_no_accuracies_leave_none_that_would_lie_at_other_steps() -> None:
    new = msgspec.structs.replace(one(2, 0.5), accuracies=[0.9], grad_norms=[(2, 1.5)])
    merged = merge_steps(one(1, 1.0), new)
    assert merged.losses == [1.0, 0.5]
    assert merged.accuracies == []
    assert merged.grad_norms == [(2, 1.5)]
