"""Pictures for trackers, of classes by the names that the font can draw."""

import io

import pytest
from PIL import Image

from engine.tracking.pictures.confusion import FEWEST, LEFT, draw_confusion, drawn
from engine.vocabulary.messages.known_data import CLOTHES


def test_names_in_a_picture_stay_different_and_can_be_drawn() -> None:
    long = ["x" * 39 + "y", "x" * 39 + "z", "漢字", "été", "[red]b[/nope]", "a\x1b[0m"]
    assert drawn(long, 9) == ["0", "1", "2", "été", "[red]b[/n", "5"]
    assert drawn(CLOTHES, 11) == list(CLOTHES)
    assert drawn([f"kind {number}" for number in range(26)], 3) == [str(number) for number in range(26)]


@pytest.mark.parametrize("classes", [26, 62])
def test_a_confusion_of_many_classes_has_a_cell_for_each_pair(classes: int) -> None:
    counts = [[5 if i == j else 0 for j in range(classes)] for i in range(classes)]
    png = draw_confusion(counts, [f"kind {number}" for number in range(classes)], "0001-mlp, epoch 1")
    assert Image.open(io.BytesIO(png)).width == LEFT + FEWEST * classes + 10
