"""A gallery is put together page by page, filtered and sorted; answers are told apart by their kind."""

import msgspec
import pytest

from engine.vocabulary.messages import AskGallery, AskPixels, CommandFailed, GalleryTold, PixelsTold
from tests.tui.state.gallery.gallery_answers import LOSSES, TOTAL, floats, gallery, pixels
from tui.state.gallery.answers import IDS, MOST_PIXELS_KEPT, GalleryState
from tui.state.gallery.language import asked_of_digits, pair_filter
from tui.state.gallery.rows import Row, told
from tui.state.gallery.sorting import sorted_rows
from tui.state.run_filter import FilterError
from tui.state.run_filter.language import parse

DIGITS = tuple("0123456789")
WHOLE = told(None, gallery())


def found(text: str, classes: tuple[str, ...] = DIGITS) -> list[int]:
    wanted = parse(text, asked_of_digits(classes))
    return [row.index for row in WHOLE.rows if wanted.matches(row)]


def test_pages_are_one_gallery_and_the_first_begins_it_anew() -> None:
    first = told(None, gallery(end=60))
    assert not first.complete
    whole = told(first, gallery(start=60))
    assert whole.complete
    assert [row.index for row in whole.rows] == list(range(TOTAL))
    assert told(whole, gallery(epoch=2, end=10)).rows == whole.rows[:10]


def test_a_page_without_digits_ends_a_gallery_that_would_ask_for_ever() -> None:
    first = told(None, gallery(end=60))
    assert told(first, gallery(start=60, end=60)).complete


def test_the_rank_of_a_digit_is_its_place_among_the_highest_losses() -> None:
    for index in (0, 1, 50, 99):
        higher = sum(loss > LOSSES[index] for loss in LOSSES)
        assert abs(WHOLE.rank(WHOLE.rows[index]) - (1 + higher)) <= 0
    assert WHOLE.rank(Row(3)) == 0


def test_figures_that_are_not_known_are_none_and_pass_no_comparison() -> None:
    event = GalleryTold(
        run="r", part="train", epoch=1, step=0, total=2, start=0, labels=b"\1\2", predicted=b"\1\3",
        losses=floats([0.5, float("nan")]),
    )  # fmt: skip
    rows = told(None, event).rows
    assert [(row.loss, row.confidence, row.margin) for row in rows] == [(0.5, None, None), (None, None, None)]
    assert not parse("loss<9", asked_of_digits(DIGITS)).matches(rows[1])
    assert sorted_rows(rows, "loss", False) == sorted_rows(rows, "loss", True) == list(rows)


@pytest.mark.parametrize(
    ("text", "indices"),
    [
        ("wrong true:5", [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]),
        ("right true=5", []),
        ("true:5 pred:6 conf>0.81", [85, 95]),
        ("conf>81% wrong", [80, 85, 90, 95]),
        ("margin<0.26 -wrong", [1, 2, 3, 4]),
        ("loss>=2.9", [0, 5, 10]),
        ("index:62", [62]),
        ("index:97..", [97, 98, 99]),
        ("label:7,8 index<10", [7, 8]),
    ],
)
def test_digits_are_asked_for_by_what_they_are_and_how_sure_it_is(text: str, indices: list[int]) -> None:
    assert found(text) == indices


def test_classes_are_asked_for_by_their_names() -> None:
    names = ("T-shirt", "ankle boot", *map(str, range(2, 10)))
    assert found('true:"Ankle Boot" index<20', names) == [1, 11]
    assert found(pair_filter(names, 0, 1), names) == list(range(0, TOTAL, 10))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("true:x", "true is never 'x'; give one of 0, 1"),
        ("lss>2", "did you mean loss?"),
        ("seven", "digits have no text to look for; give wrong, true:0"),
        ("wrong -", "give -wrong, say"),
        ("true>4", "true is not a number; ask with true:4"),
        ("conf>a", "give conf>0.9, say"),
    ],
)
def test_a_word_that_means_nothing_is_told_with_a_remedy(text: str, words: str) -> None:
    with pytest.raises(FilterError, match=words.replace("?", r"\?").replace("(", r"\(")):
        found(text)


@pytest.mark.parametrize("text", ["w", "wron", "tru", "true:", "conf>"])
def test_a_word_that_is_being_typed_is_no_mistake_yet(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        found(text)
    assert caught.value.unfinished


def reply(event, kind: str):
    return msgspec.structs.replace(event, reply_to=IDS[kind])


def test_one_question_of_a_kind_is_open_at_a_time_and_none_is_asked_twice() -> None:
    state, question = GalleryState(), AskGallery(run="r")
    assert state.wants("gallery", question, 1)
    state = state.asking("gallery", question, 1)
    assert not state.wants("gallery", AskGallery(run="s"), 1)
    state = state.answered(reply(gallery(), "gallery"))
    assert not state.wants("gallery", question, 1)
    assert state.wants("gallery", question, 2)
    assert state.shown is not None


def test_a_refusal_is_kept_with_its_kind_until_it_is_asked_anew() -> None:
    state = GalleryState().asking("gallery", AskGallery(run="r"))
    state = state.answered(reply(CommandFailed(reason="it is \x1b[31mgone"), "gallery"))
    assert state.problems["gallery"].startswith("it is")
    assert "\x1b" not in state.problems["gallery"]
    assert not state.wants("gallery", AskGallery(run="r"))
    assert not state.asking("gallery", AskGallery(run="s")).problems


def test_a_gallery_stays_until_all_pages_of_the_next_one_are_there() -> None:
    question = AskGallery(run="r")
    state = GalleryState().asking("gallery", question, 1).answered(reply(gallery(), "gallery"))
    state = state.asking("gallery", question, 2).answered(reply(gallery(epoch=2, end=60), "gallery"))
    assert state.shown is not None
    assert (state.shown.epoch, len(state.shown.rows)) == (1, TOTAL)
    further = AskGallery(run="r", start=60)
    state = state.asking("gallery", further, 2).answered(reply(gallery(epoch=2, start=60), "gallery"))
    assert (state.shown.epoch, len(state.shown.rows)) == (2, TOTAL)
    assert not state.wants("gallery", question, 2)


def test_pixels_are_kept_by_their_source_and_the_newest_stay() -> None:
    state = GalleryState()
    for run in ("a", "b"):
        for start in range(0, 3600, 400):
            indices = list(range(start, start + 400))
            event = PixelsTold(
                run=run, part="test", indices=indices, labels=bytes(400), pixels=b"".join(map(pixels, indices))
            )
            state = state.asking("pixels", AskPixels(indices=indices, run=run)).answered(reply(event, "pixels"))
    assert len(state.pixels) == MOST_PIXELS_KEPT
    assert state.pixels[("b", "test", ""), 17] == pixels(17)
    assert (("a", "test", ""), 0) not in state.pixels
