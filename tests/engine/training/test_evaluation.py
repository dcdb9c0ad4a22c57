"""What a network makes of images, compared with a plain computation."""

import math

import pytest
import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.networks.build import as_input
from engine.networks.catalogue.seed import SeedCNN
from engine.training.evaluation import MOST_DIGITS, evaluate, inference, predict, walk_digits
from engine.vocabulary.messages import Digit, Predict


@pytest.fixture
def model() -> SeedCNN:
    torch.manual_seed(1)
    return SeedCNN()


class Told(nn.Module):
    """Says of an image what its first pixel says."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        classes = (images[:, 0, 0, 0] * 255).round().long()
        return nn.functional.one_hot(classes, 10).float() * 20


def told(predicted: list[int], actual: list[int]) -> tuple[Told, Tensor, Tensor]:
    images = torch.zeros(len(predicted), 28, 28, dtype=torch.uint8)
    images[:, 0, 0] = torch.tensor(predicted, dtype=torch.uint8)
    return Told(), images, torch.tensor(actual)


def walk(network: tuple[Told, Tensor, Tensor], **wanted: int | bool) -> list[int]:
    model, images, labels = network
    return [digit.index for digit in walk_digits(model, images, labels, Predict(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize("batch", [1000, 7])
def test_evaluation_agrees_with_a_plain_computation(
    model: SeedCNN, digits: Dataset, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.evaluation.BATCH", batch)
    result = evaluate(model, digits.test_images, digits.test_labels)
    model.eval()
    loss, right, confusion = 0.0, 0, [[0] * 10 for _ in range(10)]
    for image, label in zip(digits.test_images, digits.test_labels.tolist(), strict=True):
        logits = model(as_input(image.unsqueeze(0)))[0].tolist()
        said = logits.index(max(logits))
        loss += math.log(sum(math.exp(logit) for logit in logits)) - logits[label]
        right += said == label
        confusion[label][said] += 1
    assert result.loss == pytest.approx(loss / 100, abs=1e-5)
    assert (result.accuracy, result.confusion, result.images) == (right / 100, confusion, 100)


def test_dropout_is_off_and_the_mode_restored(model: SeedCNN, digits: Dataset) -> None:
    for training in (True, False):
        model.train(training)
        results = [evaluate(model, digits.test_images, digits.test_labels) for _ in range(2)]
        assert results[0] == results[1]
        assert model.training == model.dropout.training == training
        with inference(model):
            assert not model.training
            assert not model(as_input(digits.test_images)).requires_grad
        assert model.training == training
        with pytest.raises(KeyboardInterrupt), inference(model):
            raise KeyboardInterrupt
        assert model.training == training


def test_predictions_are_probabilities_of_the_same_network(model: SeedCNN, digits: Dataset) -> None:
    predicted, probabilities = predict(model, digits.test_images)
    assert torch.allclose(probabilities.sum(1), torch.ones(100))
    assert torch.equal(predicted, model.eval()(as_input(digits.test_images)).argmax(1))


def test_a_broken_network_still_gives_numbers(model: SeedCNN, digits: Dataset) -> None:
    with torch.no_grad():
        model.conv1.weight.fill_(float("nan"))
    _, probabilities = predict(model, digits.test_images[:3])
    assert probabilities.isfinite().all()


def test_a_digit_carries_its_pixels_and_answer(model: SeedCNN, digits: Dataset) -> None:
    [digit] = walk_digits(model, digits.test_images, digits.test_labels, Predict(start=42))
    assert digit.index == 42
    assert digit.pixels == bytes(digits.test_images[42].flatten().tolist())
    assert digit.actual == int(digits.test_labels[42])
    assert digit.predicted == digit.probabilities.index(max(digit.probabilities))
    assert sum(digit.probabilities) == pytest.approx(1, abs=1e-3)


TEN = told(predicted=[0, 1, 2, 3, 4, 5, 6, 7, 8, 8], actual=[0, 1, 2, 0, 4, 5, 0, 7, 8, 9])  # wrong: 3, 6, 9


@pytest.mark.parametrize(
    ("wanted", "indices"),
    [
        ({"start": 3}, [3]),
        ({"start": 3, "count": 3}, [3, 4, 5]),
        ({"start": 3, "count": 3, "step": -1}, [3, 2, 1]),
        ({"start": 8, "count": 4}, [8, 9, 0, 1]),
        ({"start": 1, "count": 4, "step": -1}, [1, 0, 9, 8]),
        ({"start": -1, "count": 2}, [9, 0]),
        ({"start": 12, "count": 2}, [2, 3]),
        ({"start": 0, "count": 25}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"start": 2, "count": 0}, [2]),
        ({"start": 2, "count": -5}, [2]),
        ({"start": 2, "count": 2, "step": 5}, [2, 3]),
        ({"start": 2, "count": 2, "step": 0}, [2, 3]),
        ({"start": 0, "only_wrong": True}, [3]),
        ({"start": 4, "count": 9, "only_wrong": True}, [6, 9, 3]),
        ({"start": 4, "count": 9, "only_wrong": True, "step": -1}, [3, 9, 6]),
        ({"start": 3, "count": 2, "only_wrong": True}, [3, 6]),
        ({"start": 0, "count": 9, "actual": 0}, [0, 3, 6]),
        ({"start": 1, "count": 2, "actual": 0}, [3, 6]),
        ({"start": 0, "count": 9, "predicted": 8}, [8, 9]),
        ({"start": 0, "count": 9, "actual": 0, "only_wrong": True}, [3, 6]),
        ({"start": 0, "count": 9, "actual": 9, "predicted": 8}, [9]),
        ({"start": 0, "count": 9, "actual": 9, "predicted": 9}, []),
        ({"start": 0, "count": 9, "actual": 55}, []),
    ],
    ids=str,
)
@pytest.mark.parametrize("batch", [1000, 12], ids=["at-once", "in-chunks"])
def test_a_walk_meets_these_digits(
    wanted: dict[str, int | bool], indices: list[int], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.evaluation.BATCH", batch)  # a quarter of it is looked at at a time: 3 of 10
    assert walk(TEN, **wanted) == indices


def test_one_answer_has_a_bounded_number_of_digits() -> None:
    network = told([1] * 300, [0] * 300)
    assert walk(network, start=290, count=10_000) == [*range(290, 300), *range(MOST_DIGITS - 10)]
    assert len(walk(network, start=0, count=10_000, only_wrong=True)) == MOST_DIGITS


def test_a_walk_over_one_image_ends() -> None:
    network = told([1], [1])
    assert walk(network, start=5, count=3) == [0]
    assert walk(network, start=5, count=3, only_wrong=True) == []


def test_walked_digits_are_the_networks_own_answers(model: SeedCNN, digits: Dataset) -> None:
    everything: list[Digit] = []
    for start in (0, 50):
        everything += walk_digits(model, digits.test_images, digits.test_labels, Predict(start=start, count=50))
    result = evaluate(model, digits.test_images, digits.test_labels)
    assert sum(digit.actual == digit.predicted for digit in everything) == round(100 * result.accuracy)
    wrong = walk_digits(
        model, digits.test_images, digits.test_labels, Predict(start=0, count=MOST_DIGITS, only_wrong=True)
    )
    assert [digit.index for digit in wrong] == [
        digit.index for digit in everything if digit.actual != digit.predicted
    ][:MOST_DIGITS]  # fmt: skip
