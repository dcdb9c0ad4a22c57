"""Learned, forgotten, never learned, confidently wrong, mislabelled: worked out by hand."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.data.find import load_data
from engine.insight.beliefs.history import Beliefs, read_beliefs
from engine.insight.beliefs.label_errors import label_errors
from engine.insight.beliefs.learning import (
    confidently_wrong,
    last_learned,
    learning,
    most_forgotten,
    never_learned,
)
from engine.insight.beliefs.quantised import NOT_SEEN
from engine.insight.beliefs.recorder import BeliefRecorder, loss_codes, probability_codes
from engine.insight.beliefs.records import EpochBeliefs
from engine.storage.paths import sample_file
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig

RIGHT = np.array(
    [[word[i] == "r" for word in ("rrrr", "wwww", "rwrw", "wwrr", "wrww", "rwrr", "wwwr")] for i in range(4)]
)


def test_forgotten_and_learned_are_counted_as_toneva_counts_them() -> None:
    found = learning(RIGHT)
    assert found.forgotten.tolist() == [0, 0, 2, 0, 1, 1, 0]
    assert found.first_right.tolist() == [0, 4, 0, 2, 1, 0, 3]
    assert found.right_since.tolist() == [0, 4, 4, 2, 4, 2, 3]
    assert most_forgotten(found).tolist() == [2, 4, 5]
    assert last_learned(found, 4).tolist() == [6, 3, 5]
    assert never_learned(found, np.arange(7, dtype=np.float32), 4).tolist() == [1]


def test_one_epoch_is_enough() -> None:
    found = learning(RIGHT[:1])
    assert (most_forgotten(found).tolist(), last_learned(found, 1).tolist()) == ([], [])
    assert never_learned(found, np.array([0, 5, 0, 3, 9, 0, 4], np.float32), 1).tolist() == [4, 1, 6, 3]


def told(
    probabilities: list[list[float]], labels: list[int], losses: list[list[float]], taken: list[list[int]]
) -> Beliefs:
    """Return beliefs of test digits after one epoch, and of training images, all with label 0, over some."""
    logits = torch.tensor(probabilities).log()
    predicted = logits.argmax(1)
    test = (probability_codes(logits).numpy(), predicted.numpy().astype(np.uint8))
    loss = (-logits[torch.arange(len(labels)), torch.tensor(labels)]).numpy().astype(np.float16)
    kept = [
        EpochBeliefs(*test, loss, loss_codes(torch.tensor(row)).numpy(), np.array(named, np.uint8))
        for row, named in zip(losses, taken, strict=True)
    ]
    trained = np.zeros(len(losses[0]), np.intp)
    return Beliefs("run", 3, tuple(range(1, len(kept) + 1)), np.array(labels), trained, tuple(kept), 0)


def test_the_confidently_wrong_come_surest_first() -> None:
    probabilities = [[0.9, 0.05, 0.05], [0.1, 0.6, 0.3], [0.01, 0.98, 0.01], [0.2, 0.1, 0.7]]
    beliefs = told(probabilities, [0, 0, 0, 1], [[1.0]], [[0]])
    assert confidently_wrong(beliefs, 0).tolist() == [2, 3, 1]


def test_a_label_error_has_a_high_mean_loss_and_is_mostly_taken_for_one_other_class() -> None:
    nan = torch.nan
    losses = [
        [0.1, 6.0, 9.0, 9.0, nan, 5.0, 1.0],
        [0.2, 8.0, 1.0, 9.0, nan, nan, 2.0],
        [0.1, 7.0, 9.0, 9.0, nan, 8.4, 1.0],
    ]
    taken = [[0, 1, 2, 0, 1, 1, 1], [0, 1, 1, 0, 1, 2, 1], [0, 2, 2, 1, 1, 1, 1]]
    beliefs = told([[1.0, 0.0, 0.0]], [0], losses, taken)
    found = label_errors(beliefs)
    assert (beliefs.kept[0].trained_losses == NOT_SEEN).tolist() == [False] * 4 + [True] + [False] * 2
    assert found.indices.tolist() == [1, 5, 2]  # 7, 6.7 and 6.3 nats; the fourth was mostly taken for its label
    assert found.suggested.tolist() == [1, 1, 2]
    assert found.losses.tolist() == pytest.approx([7, 6.7, 19 / 3], rel=0.03)


@pytest.mark.slow
def test_of_one_percent_wrong_labels_90_percent_are_found_with_a_precision_of_90_percent(tmp_path: Path) -> None:
    data, planted = with_wrong_labels(load_data(str(sample_file())), 0.01)
    config = RunConfig(
        model="fast-cnn", epochs=16, batch_size=64, lr=0.004, schedule="one-cycle", device="cpu", precision="fp32"
    )
    run = Run(config, data, folder=tmp_path)
    run.observer = BeliefRecorder(tmp_path, run.data, run.device)
    for _ in train(run):
        pass
    found = label_errors(read_beliefs(tmp_path))
    hits = np.isin(found.indices, planted).cumsum()
    enough = int(np.searchsorted(hits, 0.9 * len(planted)))
    assert hits[enough] / (enough + 1) >= 0.9
    named = dict(zip(found.indices.tolist(), found.suggested.tolist(), strict=True))
    original = load_data(str(sample_file())).train_labels
    assert sum(named.get(i) == int(original[i]) for i in planted.tolist()) >= 0.85 * len(planted)


def with_wrong_labels(data: Dataset, share: float) -> tuple[Dataset, np.ndarray]:
    """Return the data with a share of the training labels wrong, and which images have one."""
    chance = np.random.default_rng(0)
    labels = data.train_labels.numpy().copy()
    planted = chance.choice(len(labels), int(share * len(labels)), replace=False)
    labels[planted] = (labels[planted] + chance.integers(1, 10, len(planted))) % 10
    return dataclasses.replace(data, train_labels=torch.from_numpy(labels)), planted
