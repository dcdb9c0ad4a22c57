"""The events of a run, and the state that events add up to."""

from fake_engine import RUN, epoch_done, started, steps

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyEvent, Continued, Paused, Steered
from tui.state.run import RunView
from tui.state.state import State
from tui.state.store import apply


def after(*events: AnyEvent, state: State | None = None) -> State:
    state = state or State()
    for event in events:
        state = apply(state, event)
    return state


def run_after(*events: AnyEvent) -> RunView:
    run = after(*events).run
    assert run is not None
    return run


LIFE: list[AnyEvent] = [
    started(epochs=4),
    steps(20, [2.0] * 20),
    steps(40, [1.5] * 20),
    epoch_done(1),
    Steered(run=RUN, step=40, changes={"lr": 0.25}, config=RunConfig(epochs=4, lr=0.25)),
    steps(60, [1.0] * 20),
    Paused(run=RUN, step=60),
    Continued(run=RUN, step=60),
    steps(80, [0.5] * 20),
    epoch_done(2),
]
