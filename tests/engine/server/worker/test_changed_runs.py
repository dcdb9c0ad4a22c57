"""Runs renamed, noted, starred, deleted and restored, while something trains or not."""

import os

import pytest

from engine.storage.runs.folders import run_names
from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import read_record, write_record
from engine.vocabulary.messages import (
    DeleteRun,
    EditRun,
    Evaluate,
    Pause,
    RestoreRun,
    ResumeRun,
    RunsChanged,
    RunSummary,
    StartRun,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)


def line(engine: Engine) -> RunSummary:
    return list_runs(engine.checkpoints, live=None)[-1]


def trained(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()


def test_a_run_is_named_noted_and_starred_and_every_screen_hears_of_it(engine: Engine) -> None:
    trained(engine)
    engine.done(EditRun(run="1", title=" the Baseline ", note="two\nlines", star=True))
    assert (line(engine).title, line(engine).note, line(engine).star) == ("the Baseline", "two\nlines", True)
    engine.done(EditRun(run=RUN, title=""))
    assert (line(engine).title, line(engine).note, line(engine).star) == ("", "two\nlines", True)
    assert len(engine.sink.of(RunsChanged)) == 2
    assert (line(engine).parameters, line(engine).device, line(engine).seed) == (21840, "cpu", 0)
    assert line(engine).seconds > 0


def test_what_is_said_of_a_run_in_progress_outlives_its_epochs(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(EditRun(run=RUN, title="live", star=True))
    engine.finish()
    assert (line(engine).title, line(engine).star, line(engine).epoch) == ("live", True, 2)
    engine.done(EditRun(run=RUN, note="later"))
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    engine.finish()
    assert (line(engine).title, line(engine).note, line(engine).epoch) == ("live", "later", 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"title": "x" * 101}, "has 101 characters; give at most 100"),
        ({"note": "x" * 2001}, "has 2,001 characters; give at most 2,000"),
        ({"title": "two\nlines"}, "has characters that are no text"),
        ({"title": "\x1b[31mred"}, "has characters that are no text"),
        ({"note": "bell\x07"}, "has characters that are no text"),
        ({"title": "right", "note": "\ud800"}, "has characters that are no text"),
    ],
)
def test_what_is_no_name_is_refused_and_nothing_changed(engine: Engine, words: dict[str, str], says: str) -> None:
    trained(engine)
    assert says in engine.refused(EditRun(run=RUN, star=True, **words))  # type: ignore[arg-type]
    assert (line(engine).title, line(engine).note, line(engine).star) == ("", "", False)


def test_a_disk_that_takes_nothing_leaves_the_words_of_the_run_in_progress(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(EditRun(run=RUN, title="before"))

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr("engine.storage.runs.log_writer.write_record", full)
        assert "No space left" in engine.refused(EditRun(run=RUN, title="after"))
    engine.finish()
    assert line(engine).title == "before"


def test_a_run_is_deleted_and_restored_and_can_then_be_resumed_and_evaluated(engine: Engine) -> None:
    trained(engine)
    engine.done(DeleteRun(run="1"))
    assert run_names(engine.checkpoints) == []
    assert "holds no run yet" in engine.refused(Evaluate(run=RUN))
    assert "holds no run yet" in engine.refused(DeleteRun(run=RUN))
    engine.done(RestoreRun(run="1"))
    engine.done(ResumeRun(run=RUN, changes={"epochs": 3}))
    assert engine.finish().state == "finished"
    assert [told.deleted for told in engine.sink.of(RunsChanged)] == [RUN, ""]


def test_a_run_that_is_training_or_paused_cannot_be_deleted(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    assert engine.refused(DeleteRun(run="1")) == f"run {RUN} is training; stop it first, then delete it"
    engine.done(Pause())
    assert engine.refused(DeleteRun(run=RUN)) == f"run {RUN} is paused; stop it first, then delete it"
    engine.done(Stop())
    engine.done(DeleteRun(run=RUN))


def test_the_parent_of_the_run_in_progress_cannot_be_deleted(engine: Engine) -> None:
    trained(engine)
    engine.done(StartRun(config=CONFIG))
    assert engine.worker.jobs.active is not None
    engine.worker.jobs.active.log.record.parent = RUN
    says = f"run {RUN} is the parent of 0002-seed-cnn, which is training; stop that one first, then delete it"
    assert engine.refused(DeleteRun(run="1")) == says
    engine.finish()
    engine.done(DeleteRun(run="1"))


@pytest.mark.parametrize("name", ["", "7", "..", "../0001-seed-cnn", ".trash"])
def test_only_a_run_that_is_named_is_changed(engine: Engine, name: str) -> None:
    trained(engine)
    for command in (DeleteRun(run=name), EditRun(run=name, star=True)):
        assert "run" in engine.refused(command)
    assert run_names(engine.checkpoints) == [RUN]
    assert not line(engine).star


def test_a_record_of_before_is_given_its_parameters_and_its_time_from_the_log(engine: Engine) -> None:
    trained(engine)
    folder = engine.checkpoints / RUN
    record = read_record(folder)
    said = (record.parameters, record.seconds)
    record.parameters, record.seconds = 0, 0.0
    write_record(folder, record)
    assert (line(engine).parameters, line(engine).seconds) == said
