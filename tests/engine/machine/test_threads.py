"""The number of threads of a run: all cores where the machine is quiet, fewer where others need them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.data.dataset import Dataset
from engine.machine.threads import CALM, LOOK_EVERY, Threads, limit_threads
from engine.machine.usage.cpu_load import CpuLoad
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import read_record
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunStarted, ThreadsChanged


class Machine:
    """Cores that others keep busy, and a clock that moves by hand."""

    def __init__(self, others: float = 0.0) -> None:
        self.others = others
        self.now = 0.0

    def load(self) -> float:
        return self.others

    def clock(self) -> float:
        return self.now


@pytest.fixture
def four_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def threads(machine: Machine, four_threads: None) -> Iterator[Threads]:
    with Threads(load=machine.load, cores=4, clock=machine.clock) as threads:
        yield threads


def looks(threads: Threads, machine: Machine, seconds: float, fixed: int = 0) -> list[int]:
    """Return the numbers of threads that it changes to."""
    changes = []
    for _ in range(round(seconds / LOOK_EVERY)):
        machine.now += LOOK_EVERY
        if threads.adapt(fixed):
            changes.append(threads.count)
    return changes


def test_on_a_quiet_machine_the_number_never_changes(threads: Threads, machine: Machine) -> None:
    machine.others = 0.4  # a screen, a shell
    assert looks(threads, machine, 60) == []
    assert threads.count == torch.get_num_threads() == 4


@pytest.mark.parametrize(("others", "count"), [(1.0, 3), (2.0, 2), (2.9, 1), (4.0, 1), (9.0, 1)])
def test_each_core_that_others_keep_busy_costs_a_thread(
    threads: Threads, machine: Machine, others: float, count: int
) -> None:
    machine.others = others
    assert looks(threads, machine, 3) == [count]
    assert torch.get_num_threads() == count


def test_a_burst_of_a_moment_changes_nothing(threads: Threads, machine: Machine) -> None:
    for _ in range(10):
        machine.others = 3.0
        assert looks(threads, machine, LOOK_EVERY) == []
        machine.others = 0.0
        assert looks(threads, machine, LOOK_EVERY) == []


def test_they_come_back_once_there_has_been_room_for_a_while(threads: Threads, machine: Machine) -> None:
    machine.others = 3.0
    looks(threads, machine, 1)
    machine.others = 0.1
    assert looks(threads, machine, CALM / 2) == []
    machine.others = 3.0
    assert looks(threads, machine, LOOK_EVERY) == []
    machine.others = 0.1
    assert looks(threads, machine, CALM) == []
    assert looks(threads, machine, LOOK_EVERY) == [4]


def test_it_goes_up_only_as_far_as_there_was_room_all_the_while(threads: Threads, machine: Machine) -> None:
    machine.others = 4.0
    looks(threads, machine, 1)
    machine.others = 2.0
    looks(threads, machine, CALM / 2)
    machine.others = 0.0
    assert looks(threads, machine, CALM)[0] == 2


def test_a_load_at_the_edge_does_not_make_it_go_up_and_down(threads: Threads, machine: Machine) -> None:
    changes = []
    for others in (0.55, 0.45, 0.4, 0.55, 0.35, 0.5) * 20:
        machine.others = others
        changes += looks(threads, machine, 2 * LOOK_EVERY)
    assert changes == [3]


def test_two_engines_on_one_machine_share_its_cores(four_threads: None) -> None:
    """Each sees the other's threads as load."""
    machine = Machine()
    first, second = (Threads(cores=4, clock=machine.clock, load=lambda: 0.0) for _ in range(2))
    with first, second:
        first._load = lambda: min(second.count, 4 * second.count / (first.count + second.count))
        second._load = lambda: min(first.count, 4 * first.count / (first.count + second.count))
        for _ in range(40):
            machine.now += LOOK_EVERY
            first.adapt()
            second.adapt()
        assert first.count + second.count == 4


def test_a_fixed_number_holds_whatever_others_do(threads: Threads, machine: Machine) -> None:
    machine.others = 4.0
    assert looks(threads, machine, 5, fixed=2) == [2]
    assert torch.get_num_threads() == 2
    assert looks(threads, machine, 1) == [1]


def test_outside_of_the_run_the_number_is_what_it_was(machine: Machine, four_threads: None) -> None:
    machine.others = 4.0
    with Threads(load=machine.load, cores=4, clock=machine.clock) as threads:
        looks(threads, machine, 1)
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 4


def test_on_a_gpu_it_does_not_matter(machine: Machine, four_threads: None) -> None:
    machine.others = 4.0
    with Threads(adapts=False, load=machine.load, cores=4, clock=machine.clock) as threads:
        assert looks(threads, machine, 5) == []


def test_the_load_of_this_process_itself_is_not_that_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([(0.0, 10.0, 3.0), (2.0, 13.0, 4.0)])
    monkeypatch.setattr(CpuLoad, "_read", lambda self: next(readings))
    assert CpuLoad().others() == pytest.approx(1.0)  # of 3 busy seconds in 2, one was our own


def test_a_real_look_at_this_machine_finds_a_sane_number() -> None:
    load = CpuLoad()
    assert load.others() >= 0.0
    assert load.others() < 10_000


def test_an_engine_in_a_container_takes_no_more_threads_than_its_limit(
    monkeypatch: pytest.MonkeyPatch, four_threads: None
) -> None:
    monkeypatch.setattr("engine.machine.threads.quota", lambda: 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    limit_threads()
    assert torch.get_num_threads() == 4
    monkeypatch.delenv("OMP_NUM_THREADS")
    limit_threads()
    assert torch.get_num_threads() == 2


# ------------------------------------------------------------------------------ runs


class Busy:
    """Stands in for the load of the machine."""

    cores = 2.0

    def others(self) -> float:
        return self.cores


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, four_threads: None) -> None:
    monkeypatch.setattr("engine.machine.threads.CpuLoad", Busy)
    monkeypatch.setattr("engine.machine.threads.usable_cores", lambda: {0, 1, 2, 3})
    monkeypatch.setattr("engine.machine.threads.LOOK_EVERY", 0.0)
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)


def test_a_run_tells_and_records_the_number_of_its_threads(busy: None, digits: Dataset, tmp_path: Path) -> None:
    run = Run(RunConfig(epochs=1), digits, name="0001-seed-cnn", folder=tmp_path)
    events = list(train(run))
    (started,) = (event for event in events if isinstance(event, RunStarted))
    (changed,) = (event for event in events if isinstance(event, ThreadsChanged))
    assert (started.threads, started.most_threads) == (4, 4)
    assert (changed.threads, changed.most_threads, changed.busy) == (2, 4, True)
    assert 0 < changed.step <= run.step
    assert torch.get_num_threads() == 4
    assert run.state()["threads"] == 2


def test_a_resumed_run_begins_with_the_threads_of_its_checkpoint(busy: None, digits: Dataset, tmp_path: Path) -> None:
    run = Run(RunConfig(epochs=1), digits, name="0001-seed-cnn", folder=tmp_path)
    list(train(run))
    events = list(train(resume("0001-seed-cnn", tmp_path, digits, {"epochs": 2})))
    assert isinstance(events[0], RunStarted)
    assert events[0].threads == 2
    assert not any(isinstance(event, ThreadsChanged) for event in events)


def test_a_checkpoint_that_does_not_know_its_threads_is_resumed_with_all(busy: None, digits: Dataset) -> None:
    state = Run(RunConfig(epochs=1, threads=2), digits).state()
    del state["threads"]
    assert Run(RunConfig(epochs=2), digits, state=state).threads.count == 4


def test_with_a_fixed_number_the_machine_has_no_say(busy: None, digits: Dataset) -> None:
    events = list(train(Run(RunConfig(epochs=1, threads=3), digits)))
    assert isinstance(events[0], RunStarted)
    assert events[0].threads == 3
    assert not any(isinstance(event, ThreadsChanged) for event in events)


def test_fixed_threads_give_the_same_weights_on_a_busy_machine(busy: None, digits: Dataset) -> None:
    def weights() -> list[Any]:
        run = Run(RunConfig(epochs=1, threads=2), digits)
        list(train(run))
        return [value.tolist() for value in run.model.state_dict().values()]

    Busy.cores = 0.0
    quiet = weights()
    Busy.cores = 2.0
    assert weights() == quiet


def test_the_record_of_a_run_says_with_how_many_threads_it_was_computed(digits: Dataset, tmp_path: Path) -> None:
    from engine.server.worker.begin_run import record_of

    run = Run(RunConfig(epochs=1, threads=1), digits, name="0001-seed-cnn", folder=tmp_path)
    log = RunLog(tmp_path, record_of(run))
    log.write(ThreadsChanged(run=run.name, step=3, threads=2, most_threads=4, busy=True))
    log.close("stopped", 3)
    assert read_record(tmp_path).threads == 2
