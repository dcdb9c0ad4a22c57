"""The state of the screen is what the events add up to, in whatever portions they come."""

import msgspec
from fake_engine import DATA, READY, RUN, digit, snapshot, started
from msgspec.structs import replace

from engine.vocabulary.messages import (
    CommandFailed,
    DataFailed,
    DataProgress,
    EngineFailed,
    Predicted,
    Printed,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunsListed,
    RunSummary,
    Snapshot,
)
from tests.tui.state.events import LIFE, after, run_after
from tui.state.marks import Mark
from tui.state.store import MOST_LOG_LINES


def test_a_snapshot_twice_gives_the_state_once() -> None:
    whole = Snapshot(events=[READY, DATA, *LIFE])  # type: ignore[list-item]
    once = after(whole)
    twice = after(whole, whole)
    assert replace(twice, log_count=once.log_count, log_began=once.log_began) == once
    assert twice.log_began == once.log_count  # a screen sees that its log is of another history
    assert once.run == run_after(*LIFE)
    assert after(*LIFE, whole).run == once.run


def test_a_snapshot_in_parts_is_the_same_as_in_one() -> None:
    whole = after(Snapshot(events=[READY, DATA, *LIFE]))  # type: ignore[list-item]
    cut = after(
        Snapshot(events=[READY, DATA, *LIFE[:3]], last=False),  # type: ignore[list-item]
        Snapshot(events=LIFE[3:8], first=False, last=False),  # type: ignore[arg-type]
        Snapshot(events=LIFE[8:], first=False),  # type: ignore[arg-type]
    )
    assert cut == whole


def test_data_and_engine_news_replace_each_other() -> None:
    state = after(DataFailed(reason="no\nfolder"))
    assert state.data_problem == "no folder"
    state = after(DataProgress(action="decoding", done=1, total=2), state=state)
    assert (state.data_problem, state.progress is not None) == ("", True)
    state = after(DATA, state=state)
    assert (state.data, state.progress, state.data_problem) == (DATA, None, "")
    assert after(EngineFailed(reason="no torch")).engine_problem == "no torch"
    assert after(EngineFailed(reason="no torch"), READY).engine_problem == ""


def test_a_failure_is_news_even_when_it_repeats() -> None:
    state = after(CommandFailed(reason="no"), CommandFailed(reason="no"))
    assert (state.failures, state.failure) == (2, "no")


def test_digits_come_with_the_step_of_their_weights() -> None:
    state = after(Predicted(run=RUN, step=7, digits=[digit(3), digit(4)]))
    assert ([digit.index for digit in state.digits], state.digits_run, state.digits_step) == ([3, 4], RUN, 7)


def summary(state: str = "interrupted", problem: str = "") -> RunSummary:
    return RunSummary(
        run="0001-old", state=state, started=1.0, model="seed-cnn", epoch=2, epochs=4, sample=True, problem=problem
    )


def test_an_opened_run_is_shown_until_another_one_starts() -> None:
    old = [msgspec.structs.replace(event, run="0001-old") for event in LIFE]
    state = after(*LIFE, RunsListed(runs=[summary()]))
    first = RunOpened(summary=summary(), history=old[:5], last=False)  # type: ignore[arg-type]
    last = RunOpened(summary=summary(problem="it\x07 broke"), history=old[5:], first=False)  # type: ignore[arg-type]
    state = after(first, last, state=state)
    assert state.opened is not None
    assert state.shown is state.opened
    assert (state.opened.state, state.opened.reason, state.opened.live) == ("interrupted", "it� broke", False)
    assert len(state.opened.losses) == 80
    assert state.run == run_after(*LIFE)  # the live run goes on beside it
    assert after(started(run="0003-seed-cnn"), state=state).opened is None


def test_a_deleted_run_is_neither_shown_nor_marked_and_another_one_stays() -> None:
    old = [msgspec.structs.replace(event, run="0001-old") for event in LIFE]
    listed = RunsListed(runs=[summary()])
    state = after(*LIFE, listed, RunOpened(summary=summary(), history=old))  # type: ignore[arg-type]
    state = replace(state, marks=(Mark("0001-old", "a"), Mark(RUN, "b")), digits=(digit(1),), digits_run="0001-old")
    state = after(RunsChanged(deleted="0001-old"), state=state)
    assert (state.opened, state.runs) == (None, ())
    assert state.shown == state.run == run_after(*LIFE)
    assert (state.marks, state.digits, state.opened_log) == ((Mark(RUN, "b"),), (), ())
    state = after(RunEnded(run=RUN, state="finished", step=80, time=2.0), RunsChanged(deleted=RUN), state=state)
    assert (state.shown, state.marks) == (None, ())


def test_an_attached_screen_keeps_its_list_and_its_opened_run() -> None:
    old = [msgspec.structs.replace(event, run="0001-old") for event in LIFE]
    state = after(RunsListed(runs=[summary()]), RunOpened(summary=summary(), history=old))  # type: ignore[arg-type]
    again = after(snapshot(*LIFE), state=state)
    assert (again.runs, again.opened, again.link) == (state.runs, state.opened, state.link)


def test_what_a_state_on_disk_says_is_harmless() -> None:
    opened = RunOpened(summary=summary(state="\x1b]0;x\x07"), history=[started(run="0001-old")])
    state = after(opened)
    assert state.opened is not None
    assert "\x1b" not in state.opened.state


def test_the_log_is_bounded_and_counts_on() -> None:
    state = after(*(Printed(lines=[f"line {i}", "\x1b[2J"]) for i in range(400)))
    assert len(state.log) == MOST_LOG_LINES
    assert state.log_count == 800
    assert state.log[-2:] == ("engine: line 399", "engine: �[2J")
