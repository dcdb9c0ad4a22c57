"""Figures of classes, frequent mistakes and their digits, checked against scikit-learn's definitions by hand."""

import random

import pytest

from engine.vocabulary.messages import GalleryTold
from engine.vocabulary.messages.pictures import pack_floats
from tui.state.confusion.figures import class_figures, digits_of, surest_examples, top_mistakes
from tui.state.confusion.log_odds import NINES, log_odds, odds_range


def test_precision_recall_f1_and_support_are_those_of_counted_labels() -> None:
    chance = random.Random(3)
    actual = [chance.randrange(4) for _ in range(500)]
    predicted = [label if chance.random() < 0.8 else chance.randrange(4) for label in actual]
    pairs = list(zip(actual, predicted, strict=True))
    counts = [[pairs.count((i, j)) for j in range(4)] for i in range(4)]
    for label, found in enumerate(class_figures(counts)):
        hits = sum(a == p == label for a, p in pairs)
        precision, recall = hits / predicted.count(label), hits / actual.count(label)
        assert found.support == actual.count(label)
        assert found.precision == pytest.approx(precision)
        assert found.recall == pytest.approx(recall)
        assert found.f1 == pytest.approx(2 * precision * recall / (precision + recall))
        assert (found.missed, found.taken) == (actual.count(label) - hits, predicted.count(label) - hits)


def test_a_class_without_images_and_without_answers_has_no_figures() -> None:
    found = class_figures([[0, 0], [0, 5]])[0]
    assert (found.precision, found.recall, found.f1, found.support) == (None, None, None, 0)


def test_a_class_that_is_never_predicted_has_an_f1_of_0() -> None:
    found = class_figures([[0, 3], [0, 5]])[0]
    assert (found.precision, found.recall, found.f1) == (None, 0.0, 0.0)


def test_the_most_frequent_mistakes_come_first_and_equals_by_their_classes() -> None:
    found = top_mistakes([[9, 1, 2], [2, 9, 0], [5, 1, 9]], 4)
    assert [(each.pair, each.times, each.support) for each in found] == [
        ((2, 0), 5, 15), ((0, 2), 2, 12), ((1, 0), 2, 11), ((0, 1), 1, 12),
    ]  # fmt: skip


def told(labels: list[int], predicted: list[int], confidences: list[float], start: int = 0) -> GalleryTold:
    return GalleryTold(
        run="r", part="test", epoch=1, step=0, total=len(labels), start=start, labels=bytes(labels),
        predicted=bytes(predicted), losses=b"", confidences=pack_floats(confidences),
    )  # fmt: skip


def test_of_each_mistake_the_surest_digit_is_shown() -> None:
    gallery = told([4, 4, 4, 9, 1], [9, 9, 4, 9, 2], [0.5, 0.75, 0.25, 0.5, 0.5], start=10)
    assert surest_examples(gallery) == {(4, 9): 11, (1, 2): 14}


def test_of_a_cell_the_surest_mistakes_and_the_least_sure_right_answers_come_first() -> None:
    gallery = told([4, 4, 4, 4, 4], [9, 9, 4, 4, 9], [0.5, 0.75, 0.875, 0.25, 0.625])
    assert digits_of(gallery, (4, 9), 2) == [(1, 0.75), (4, 0.625)]
    assert digits_of(gallery, (4, 4), 5) == [(3, 0.25), (2, 0.875)]
    assert digits_of(gallery, (0, 1), 5) == []


def test_nines_lie_equally_far_apart_on_the_scale_of_log_odds() -> None:
    assert log_odds(0.5) == 0
    assert log_odds(0.999) - log_odds(0.99) == pytest.approx(1, abs=0.01)
    assert log_odds(0.99) - log_odds(0.9) == pytest.approx(1, abs=0.05)
    assert log_odds(0.1) == pytest.approx(-log_odds(0.9))
    assert log_odds(1.0) > log_odds(0.999999)


@pytest.mark.parametrize("shares", [[], [0.0, 1.0], [0.5], [0.91, 0.97], [1e-6, 0.9999999], [0.9, 0.9]])
def test_the_range_of_a_diagram_is_of_round_numbers_and_never_empty(shares: list[float]) -> None:
    low, high = odds_range(shares)
    assert low in NINES
    assert high in NINES
    assert low < high
    assert all(low <= share <= high for share in shares if NINES[0] <= share <= NINES[-1])
