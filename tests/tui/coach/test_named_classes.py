"""The coach calls classes by their names."""

from msgspec.structs import replace

from engine.vocabulary.messages.known_data import CLOTHES
from tests.tui.coach.views import events_of, views
from tui.coach.data import missing_digits
from tui.coach.generalisation import uneven_mistakes
from tui.state.advice import Advice
from tui.state.run import RunView


def words(advice: Advice | None) -> str:
    assert advice is not None
    return " ".join((advice.seen, advice.why, advice.remedy))


def without(view: RunView, digit: int, taken: int) -> RunView:
    """Return the run as if it never answered a digit, and took it for another one."""
    epochs = []
    for epoch in view.epochs:
        confusion = [list(row) for row in epoch.confusion]
        for row in confusion:
            row[taken], row[digit] = row[taken] + row[digit], 0
        epochs.append(replace(epoch, confusion=confusion))
    return replace(view, epochs=tuple(epochs))


def test_advice_about_uneven_mistakes_has_the_name_of_the_class() -> None:
    view = views(events_of("uneven-mistakes"))[-1]
    assert "digit" in words(uneven_mistakes(view))
    named = words(uneven_mistakes(replace(view, classes=CLOTHES)))
    assert "digit" not in named
    assert any(f"test images of {name}, " in named for name in CLOTHES)


def test_advice_about_a_class_that_is_never_answered_has_its_name() -> None:
    view = without(views(events_of("healthy-sample"))[2], 3, 8)
    assert "hardly ever answers 3," in words(missing_digits(view))
    named = words(missing_digits(replace(view, classes=CLOTHES)))
    assert "hardly ever answers Dress, " in named
    assert "of the Dress for Bag" in named
    assert "digit" not in named
