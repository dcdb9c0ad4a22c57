"""Where digits lie on the map."""

import random

from engine.vocabulary.messages import DigitsMapped, pack_floats
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import BALANCED, CLOTHES
from tui.widgets.inside.placed_digits import Marked, marked, nearest, placed, signs_of


def mapped(points: list[tuple[float, float]], actual: list[int], predicted: list[int]) -> DigitsMapped:
    flat = [value for point in points for value in point]
    indices = b"".join((100 + i).to_bytes(4, "little") for i in range(len(points)))
    return DigitsMapped(run="r", step=1, epoch=1, points=pack_floats(flat), indices=indices, actual=bytes(actual),
                        predicted=bytes(predicted), shares=(0.5, 0.2), images=len(points), layer="fc",
                        features=5)  # fmt: skip


def test_the_outermost_digits_lie_at_the_edges_and_up_is_up() -> None:
    digits = placed(mapped([(-1, -1), (3, 5), (1, 2)], [0, 1, 2], [0, 1, 2]), 21, 11)
    assert digits.places == ((0, 10), (20, 0), (10, 5))
    assert digits.cells == {(0, 10): Marked(0, False), (20, 0): Marked(1, False), (10, 5): Marked(2, False)}
    assert digits.indices == (100, 101, 102)


def test_digits_in_one_place_and_no_digits_at_all_are_no_trouble() -> None:
    assert placed(mapped([(2, 2), (2, 2)], [4, 4], [4, 9]), 10, 5).cells == {(0, 4): Marked(4, True)}
    assert placed(mapped([], [], []), 10, 5).cells == {}
    assert nearest(placed(mapped([], [], []), 10, 5), 1, 1) == []


def test_a_cell_shows_its_most_frequent_class_and_is_marked_by_every_wrong_digit_where_there_are_few() -> None:
    counts = {(4, False): 9, (7, True): 1}
    assert marked(counts, each=True) == Marked(7, True)
    assert marked(counts, each=False) == Marked(4, False)
    assert marked({(4, False): 2, (7, True): 1}, each=False) == Marked(7, True)


def test_the_nearest_digit_is_the_one_of_all_with_the_smallest_distance_on_the_screen() -> None:
    chance = random.Random(5)
    points = [(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(300)]
    digits = placed(mapped(points, [1] * 300, [1] * 300), 80, 20)
    for _ in range(20):
        x, y = chance.randrange(80), chance.randrange(20)
        distances = [(px - x) ** 2 + (2 * (py - y)) ** 2 for px, py in digits.places]
        assert nearest(digits, x, y) == [distances.index(min(distances))]
        found = nearest(digits, x, y, 5)
        assert [distances[place] for place in found] == sorted(distances)[:5]


def test_each_class_has_a_character_of_its_own_its_name_where_that_is_one() -> None:
    assert [signs_of(classes) for classes in (DIGITS, BALANCED)] == ["".join(DIGITS), "".join(BALANCED)]
    assert signs_of(CLOTHES) == "TtPDCSsnBA"
    many = signs_of(tuple(f"class {number}" for number in range(62)))
    assert len(set(many)) == 62
