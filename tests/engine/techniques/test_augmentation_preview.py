"""A look at augmentation before anything is trained."""

import pytest
import torch

from engine.data.dataset import Dataset
from engine.techniques.augmentation_preview import preview
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import PreviewAugmentation

STRONG = RunConfig(rotation=30, shift=4, elastic=1.0, noise=0.1, erasing=0.2)


def test_without_strengths_all_are_the_digit_itself(digits: Dataset) -> None:
    told = preview(PreviewAugmentation(config=RunConfig(), index=3), digits)
    assert told.pixels == [digits.train_images[3].numpy().tobytes()] * 8
    assert (told.index, told.label) == (3, int(digits.train_labels[3]))


def test_each_is_distorted_in_its_own_way_and_chance_repeats_itself(digits: Dataset) -> None:
    told = preview(PreviewAugmentation(config=STRONG, index=3), digits)
    assert len(set(told.pixels)) == 8
    assert all(len(each) == 784 for each in told.pixels)
    assert preview(PreviewAugmentation(config=STRONG, index=3), digits) == told


def test_a_run_in_progress_notices_nothing(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = torch.get_rng_state()
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: pytest.fail("a run's generators"))
    preview(PreviewAugmentation(config=STRONG), digits)
    assert torch.equal(torch.get_rng_state(), chance)


@pytest.mark.parametrize(("index", "count"), [(10**9, 8), (-1, 8), (0, 0), (0, 10**9)])
def test_any_index_and_count_has_an_answer(digits: Dataset, index: int, count: int) -> None:
    told = preview(PreviewAugmentation(config=STRONG, index=index, count=count), digits)
    assert 0 <= told.index < 200
    assert 1 <= len(told.pixels) <= 64
