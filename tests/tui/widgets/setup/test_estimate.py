"""What the run of a form will take: from the speed of runs that are known, and from which."""

import msgspec
from fake_engine import DATA, RUN, epoch_done, started, steps
from msgspec.structs import replace

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunsListed, RunSummary
from tui.state.state import State
from tui.state.store import apply
from tui.widgets.estimate import plan_of, plan_rows


def summary(number: int, speed: float, model: str = "seed-cnn", **changes: int) -> RunSummary:
    return RunSummary(
        run=f"{number:04d}-{model}", state="finished", started=number, model=model, epoch=1, epochs=1, sample=True,
        changes=changes, images_per_s=speed, tested_per_s=2 * speed,
    )  # fmt: skip


def state_with(*runs: RunSummary) -> State:
    return apply(apply(State(), DATA), RunsListed(runs=list(runs)))


def test_without_a_run_the_time_is_not_known_and_says_what_to_do() -> None:
    plan = plan_of(RunConfig(), state_with())
    assert (plan.epoch_seconds, plan.run_seconds) == (None, None)
    assert ("time", "not known yet: train once") in plan_rows(plan)
    assert (plan.images, plan.tested, plan.steps, plan.parameters) == (4000, 1000, 40, 21_840)


def test_the_latest_run_of_the_same_network_and_batch_size_tells_the_time() -> None:
    state = state_with(summary(1, 1000), summary(3, 2000), summary(4, 9, batch_size=1), summary(5, 9, width=2))
    plan = plan_of(RunConfig(epochs=5), state)
    assert plan.epoch_seconds == 4000 / 2000 + 1000 / 4000
    assert plan.run_seconds == 5 * plan.epoch_seconds
    assert plan.source == "as 0003: 2,000 images/s"
    held_out = plan_of(RunConfig(validation=0.1), state)
    assert held_out.epoch_seconds == 3600 / 2000 + 1400 / 4000


def test_another_network_is_estimated_by_its_operations_and_says_that_it_is_rough() -> None:
    plan = plan_of(RunConfig(model="deep-cnn"), state_with(summary(3, 2000)))
    assert plan.epoch_seconds is not None
    assert round(plan.epoch_seconds, 6) == round((4000 / 2000 + 1000 / 4000) * 25_037_568 / 961_000, 6)
    assert plan.source == "roughly, by FLOPs of 0003"
    own = plan_of(RunConfig(model="/net.py:Net"), state_with(summary(3, 2000)))
    assert own.epoch_seconds is None  # nobody knows its size yet
    assert ("parameters", "F8 tells") in plan_rows(own)


def test_threads_precision_and_device_count_and_a_run_with_other_ones_is_named_with_them() -> None:
    with_two = msgspec.structs.replace(summary(2, 1000), machine={"threads": 2}, device="cpu")
    state = state_with(with_two, summary(3, 2000))
    assert plan_of(RunConfig(threads=2), state).source == "as 0002: 1,000 images/s"
    assert plan_of(RunConfig(), state).source == "as 0003: 2,000 images/s"
    assert plan_of(RunConfig(threads=4), state_with(with_two)).source == "rough: 0002 with 2 threads"
    assert plan_of(RunConfig(precision="bf16"), state).source == "rough: 0003 with auto"
    assert plan_of(RunConfig(device="cuda", threads=2), state_with(with_two)).source == "rough: 0002 with cpu"
    resolved = msgspec.structs.replace(summary(4, 500), machine={"threads": 2, "precision": "bf16"})
    assert plan_of(RunConfig(), state_with(resolved)).source == "as 0004: 500 images/s"  # what auto came to
    assert plan_of(RunConfig(threads=4), state_with(with_two)).epoch_seconds == 4000 / 1000 + 1000 / 2000


def test_the_run_in_progress_counts_before_those_of_the_past() -> None:
    state = state_with(summary(3, 2000))
    for event in (started(), steps(40, [1.0])):
        state = apply(state, event)
    assert plan_of(RunConfig(), state).source == "as 0001: 5,000 images/s"
    state = apply(state, epoch_done(1))  # 4,000 images in a second
    plan = plan_of(RunConfig(), state)
    assert plan.source == "as 0001: 4,000 images/s"
    assert plan.epoch_seconds == 1.0 + 0.1


def test_runs_that_do_not_tell_their_speed_are_passed_over() -> None:
    old = replace(state_with(), runs=(summary(9, 0), summary(8, 500, model="of-another-version"), summary(2, 1000)))
    assert plan_of(RunConfig(), old).source == "as 0002: 1,000 images/s"
    assert RUN not in plan_of(RunConfig(), old).source
