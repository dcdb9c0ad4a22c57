"""What the engine says of a drawing, as it adds up in the state of the screen."""

from fake_engine import RUN, epoch_done

from engine.vocabulary.messages import (
    CommandFailed,
    DrawingClassified,
    DrawingSaved,
    Evaluated,
    Explained,
    FilesPredicted,
)
from tui.state.drawing.answers import CLASSIFY, EXPLAIN, MOST_KEPT, READ, SAVE, TEST
from tui.state.state import State
from tui.state.store import apply


def answer(step: int, pixels: bytes = b"7", run: str = RUN) -> DrawingClassified:
    return DrawingClassified(
        run=run, step=step, predicted=7, probabilities=[step / 1000] * 10, pixels=pixels, reply_to=CLASSIFY
    )


def state_after(*events) -> State:
    state = State()
    for event in events:
        state = apply(state, event)
    return state


def test_answers_for_one_drawing_make_a_trail_which_another_drawing_or_run_begins_anew() -> None:
    told = [answer(step) for step in (10, 20, 20, 30)]
    assert [step for step, _ in state_after(*told).drawing.trail] == [10, 20, 30]
    assert [step for step, _ in state_after(*told, answer(40, b"8")).drawing.trail] == [40]
    assert [step for step, _ in state_after(*told, answer(40, run="0002-mlp")).drawing.trail] == [40]
    assert [step for step, _ in state_after(*told, answer(15)).drawing.trail] == [10, 15]


def test_a_long_trail_is_thinned_and_keeps_its_ends() -> None:
    trail = state_after(*(answer(step) for step in range(1000))).drawing.trail
    assert len(trail) <= MOST_KEPT
    assert (trail[0][0], trail[-1][0]) == (0, 999)


def test_what_is_refused_is_said_on_the_screen_of_drawing_and_nowhere_else() -> None:
    refused = state_after(answer(10), CommandFailed(reason="its checkpoint\x1b is gone", reply_to=CLASSIFY))
    assert "\x1b" not in refused.drawing.problem
    assert "is gone" in refused.drawing.problem
    assert (refused.failures, refused.log) == (0, ())
    assert apply(refused, answer(20)).drawing.problem == ""
    explained = Explained(run=RUN, step=1, method="gradient", label=1, heat=b"", pixels=b"", predicted=1,
                          probabilities=[], output=1.0, empty_output=0.0, reply_to=EXPLAIN)  # fmt: skip
    assert apply(refused, explained).drawing.problem  # another question's answer mends nothing
    assert state_after(CommandFailed(reason="none yet", reply_to=TEST)).drawing.problem == ""
    assert state_after(CommandFailed(reason="other")).failures == 1


def test_answers_to_what_other_screens_ask_are_no_news_here() -> None:
    others = (
        DrawingClassified(run=RUN, step=1),
        FilesPredicted(run=RUN, files=[], reply_to=12),
        DrawingSaved(path="p", folder="f", counts=[], reply_to=1001),
        Evaluated(run=RUN, data="d", images=1, loss=0.0, accuracy=1.0, confusion=[]),
    )
    assert state_after(*others).drawing == State().drawing
    ours = state_after(DrawingSaved(path="p", folder="f", counts=[1], reply_to=SAVE),
                       FilesPredicted(run=RUN, files=[], reply_to=READ), epoch_done(1))  # fmt: skip
    assert ours.drawing.saved is not None
    assert ours.drawing.read is not None
