"""The batches of an epoch: a last one of a single image joins the one before it, whatever depends on their number."""

import dataclasses
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.data.dataset import Dataset
from engine.machine.process_group import TorchrunGroup
from engine.networks.own.code import Code, named_code
from engine.storage.runs.checkpoint import load_checkpoint, save_checkpoint
from engine.training.loop import order_of, train
from engine.training.memory import fitting_batch
from engine.training.run import Run, resume
from engine.training.step import TrainingFailed, train_step
from engine.vocabulary.batches import batch_sizes, steps_per_epoch
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, RunStarted
from engine.vocabulary.run_conventions import OLD, PRESENT

CONFIG = RunConfig(epochs=2, batch_size=50, device="cpu", precision="fp32", model="fast-cnn")
NORMALISED = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 8), nn.BatchNorm1d(8), nn.Linear(8, 10))
"""


@pytest.fixture
def odd(digits: Dataset) -> Dataset:
    """151 training images: three batches of 50, and one image."""
    return dataclasses.replace(digits, train_images=digits.train_images[:151], train_labels=digits.train_labels[:151])


@pytest.fixture
def normalised(tmp_path: Path) -> Code:
    (tmp_path / "net.py").write_text(NORMALISED)
    code = named_code(f"{tmp_path / 'net.py'}:Net")
    assert code is not None
    return code


@pytest.mark.parametrize(
    ("images", "size", "sizes"),
    [(151, 50, [50, 50, 51]), (150, 50, [50, 50, 50]), (152, 50, [50, 50, 50, 2]), (3, 2, [3]), (1, 50, [1]),
     (50, 50, [50]), (49, 50, [49]), (51, 50, [51]), (3, 1, [1, 1, 1])],
)  # fmt: skip
def test_only_a_last_batch_of_one_image_joins_the_one_before_it(images: int, size: int, sizes: list[int]) -> None:
    assert batch_sizes(images, size) == sizes


@given(st.integers(1, 500), st.integers(1, 500), st.booleans())
def test_all_images_are_in_a_batch_and_the_steps_are_as_many_as_the_batches(
    images: int, size: int, joined: bool
) -> None:
    sizes = batch_sizes(images, size, joined)
    assert sum(sizes) == images
    assert len(sizes) == steps_per_epoch(images, size, joined)
    assert not joined or 1 not in sizes[1:] or size == 1
    assert joined or sizes == [len(part) for part in torch.arange(images).split(size)]


def test_a_run_takes_as_many_steps_as_it_says_and_each_image_once(odd: Dataset) -> None:
    run = Run(CONFIG, odd)
    seen: list[Tensor] = []
    share = run.group.share
    run.group = type(
        "Watched", (type(run.group),), {"share": lambda self, batch: (seen.append(batch), share(batch))[1]}
    )()
    events = list(train(run))
    assert isinstance(events[0], RunStarted)
    assert events[0].steps_per_epoch == 3
    assert run.step == 6
    assert [len(batch) for batch in seen] == [50, 50, 51] * 2
    for epoch in (0, 1):
        assert torch.equal(torch.cat(seen[3 * epoch : 3 * epoch + 3]), order_of(151, 0, epoch))


def test_an_own_network_with_batch_normalisation_of_units_trains_where_one_image_is_left(
    odd: Dataset, normalised: Code
) -> None:
    run = Run(CONFIG.replace({"model": normalised.model}), odd, code=normalised)
    assert len([event for event in train(run) if isinstance(event, EpochDone)]) == 2


def test_batches_of_one_image_by_choice_are_refused_by_such_a_network_with_the_remedy(
    odd: Dataset, normalised: Code
) -> None:
    run = Run(CONFIG.replace({"model": normalised.model, "batch_size": 1}), odd, code=normalised)
    with pytest.raises(TrainingFailed, match=r"Batch size \(batch_size\): 1, .* give 2 or more"):
        list(train(run))


def test_a_run_of_the_time_before_is_resumed_with_its_last_batch_of_one_to_the_same_weights(
    odd: Dataset, tmp_path: Path
) -> None:
    whole = Run(CONFIG, odd, conventions=OLD)
    list(train(whole))
    assert whole.step == 8
    run = Run(CONFIG, odd, folder=tmp_path, conventions=OLD)
    for event in train(run):
        if isinstance(event, EpochDone):
            break
    run.save()
    old = load_checkpoint(tmp_path / "last.pt")
    assert old.pop("conventions") == {"stratified": False, "joined": False, "hidden": False, "exact": False}
    save_checkpoint(tmp_path / "last.pt", {name: value for name, value in old.items() if name != "format"})
    again = resume("r", tmp_path, odd)
    assert (again.conventions, again.steps_per_epoch, again.step) == (OLD, 4, 4)
    list(train(again))
    for ours, theirs in zip(again.model.state_dict().values(), whole.model.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    assert Run(CONFIG, odd).conventions == PRESENT


def test_what_would_fit_in_memory_is_tried_with_its_largest_batch(
    odd: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr("engine.training.memory._fits", lambda run, size: tried.append(size) or True)
    assert fitting_batch(Run(CONFIG.replace({"batch_size": 100}), odd)) == 50
    assert tried == [51]


# ------------------------------------------------------------- several processes


def shares(images: int, size: int) -> list[int]:
    found = []
    for rank in range(size):
        group = TorchrunGroup.__new__(TorchrunGroup)
        group.rank, group.size = rank, size
        found.append(len(group.share(torch.arange(images))))
    return found


@given(st.integers(1, 200), st.integers(2, 16))
def test_no_process_gets_a_single_image_of_a_batch_of_more(images: int, size: int) -> None:
    found = shares(images, size)
    assert sum(found) == images
    assert images == 1 or 1 not in found
    if images >= 2 * size:
        assert found == [len(part) for part in torch.arange(images).tensor_split(size)]


def test_a_process_without_a_share_still_takes_the_step_of_a_network_with_batch_normalisation(
    odd: Dataset, normalised: Code
) -> None:
    run = Run(CONFIG.replace({"model": normalised.model}), odd, code=normalised)
    run.group = type("Idle", (type(run.group),), {"share": lambda self, batch: batch[:0], "size": 2})()
    before = [each.clone() for each in run.model.parameters()]
    run.optimizer = torch.optim.SGD(run.model.parameters(), lr=1.0)
    assert train_step(run, torch.arange(3)).item() == 0
    assert all(torch.equal(a, b) for a, b in zip(before, run.model.parameters(), strict=True))
