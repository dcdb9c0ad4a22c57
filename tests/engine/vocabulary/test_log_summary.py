"""Where a run began, how it was steered, and its best epoch: on record, in lists, on the panel, in commands."""

from pathlib import Path

import msgspec
import pytest
from fake_engine import RUN, epoch_done, started

from engine.storage.runs.event_log import EVENTS, seal
from engine.storage.runs.listing import summarize
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RECORD, RunRecord, read_record
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.log_summary import LogSummary, summarize_log
from engine.vocabulary.messages import EpochDone, RunEvent, RunStarted, RunSummary, Steered
from engine.vocabulary.run_conventions import OLD, PRESENT
from tui.commands.runs.report import print_runs
from tui.commands.train.outcome import result_of
from tui.state.run import RunView, apply_to_run
from tui.state.words.runs import changes_of, run_notes, run_row
from tui.widgets.side.figures import figures


def steered(step: int, config: RunConfig, **changes: Value) -> Steered:
    return Steered(run=RUN, step=step, changes=changes, config=config.replace(changes))


def validated(epoch: int, accuracy: float, test: float, run: str = RUN) -> EpochDone:
    return msgspec.structs.replace(
        epoch_done(epoch, run, test), validation_accuracy=accuracy, validation_loss=1 - accuracy
    )


def record_for(config: RunConfig) -> RunRecord:
    return RunRecord(
        run=RUN, state="running", started=1.0, config=config, device="cpu", data="f", data_path="d", sample=False,
        versions={}, conventions=PRESENT,
    )  # fmt: skip


def logged(folder: Path, *events: RunEvent) -> RunRecord:
    """Put a run with these events on record."""
    folder.mkdir(exist_ok=True)
    first = events[0]
    assert isinstance(first, RunStarted)
    log = RunLog(folder, record_for(first.config))
    for event in events:
        log.write(event)
    log.close("finished", 400)
    return read_record(folder)


def viewed(*events: RunEvent) -> RunView:
    view: RunView | None = None
    for event in events:
        view = apply_to_run(view, event)
    assert view is not None
    return view


CONFIG = RunConfig(epochs=10)
STEERED = steered(100, CONFIG, lr=0.0003)


def test_a_record_and_a_view_know_where_a_steered_run_began(tmp_path: Path) -> None:
    again = steered(200, STEERED.config, lr=0.0001, dropout=0.1)
    events = (started(epochs=10), STEERED, again)
    record = logged(tmp_path / RUN, *events)
    assert (record.config.lr, record.began, record.steered) == (0.0001, {"lr": 0.001, "dropout": 0.5}, True)
    assert viewed(*events).began == record.began
    assert msgspec.json.decode((tmp_path / RUN / RECORD).read_bytes())["began"] == {"lr": 0.001, "dropout": 0.5}


def test_a_resume_with_other_values_counts_as_steered_and_one_with_more_epochs_does_not(tmp_path: Path) -> None:
    more = started(step=400, epoch=10, epochs=20)
    assert not logged(tmp_path / RUN, started(epochs=10), more).steered
    other = started(step=400, epoch=10, epochs=20, lr=0.01)
    assert logged(tmp_path / RUN, started(epochs=10), more, other).began == {"lr": 0.001}
    assert viewed(started(epochs=10), more, other).began == {"lr": 0.001}
    cycle = (started(epochs=10, schedule="cosine"), started(step=400, epoch=10, epochs=20, schedule="cosine"))
    assert viewed(*cycle).began == {"epochs": 10}


def test_what_was_steered_after_the_checkpoint_that_a_run_resumes_from_never_was(tmp_path: Path) -> None:
    undone = (started(epochs=10), STEERED, started(step=80, epoch=2, epochs=10))
    assert not logged(tmp_path / RUN, *undone).steered
    assert viewed(*undone).began == {}
    kept = (started(epochs=10), STEERED, started(step=120, epoch=3, epochs=10, lr=0.0003))
    assert logged(tmp_path / RUN, *kept).began == {"lr": 0.001}
    at_once = (started(epochs=10), STEERED, started(step=100, epoch=2, epochs=10, lr=0.0003))
    assert viewed(*at_once).began == {"lr": 0.001}
    before = (started(epochs=10), STEERED, started(step=100, epoch=2, epochs=10))
    assert viewed(*before).began == {}


def test_a_record_of_the_time_before_is_completed_from_its_log(tmp_path: Path) -> None:
    folder = tmp_path / RUN
    start = started(epochs=10, validation=0.1)
    change = steered(30, start.config, lr=0.01)
    logged(folder, start, change, validated(1, 0.9, 0.91), validated(2, 0.8, 0.95))
    old = msgspec.json.decode((folder / RECORD).read_bytes())
    for name in ("began", "best", "conventions", "validation_loss", "validation_accuracy"):
        del old[name]
    (folder / RECORD).write_bytes(msgspec.json.encode(old))
    record = read_record(folder)
    assert (record.began, record.conventions) == ({"lr": 0.001}, OLD)
    assert record.best is not None
    assert (record.best.epoch, record.best.test_accuracy) == (1, 0.91)
    (folder / EVENTS).unlink()
    assert (read_record(folder).best, read_record(folder).steered) == (None, True)


def test_the_best_epoch_is_the_first_of_the_highest_and_falls_back_with_a_resume(tmp_path: Path) -> None:
    epochs = [validated(i, accuracy, 0.5) for i, accuracy in enumerate((0.7, 0.9, 0.9, 0.8), 1)]
    events = (started(validation=0.1), *epochs)
    record = logged(tmp_path / RUN, *events)
    assert record.best is not None
    assert record.best.epoch == 2
    assert record.reported == record.best
    assert record.last is not None
    assert (record.last.epoch, record.last.validation_accuracy) == (4, 0.8)
    back = logged(tmp_path / RUN, *events, started(step=40, epoch=1, validation=0.1))
    assert back.best is not None
    assert back.best.epoch == 1
    assert viewed(*events).best == record.best
    plain = logged(tmp_path / "0002-seed-cnn", started(), epoch_done(1), epoch_done(2, accuracy=0.8))
    assert plain.best is None
    assert plain.reported is not None
    assert plain.reported.epoch == 2


def test_a_torn_log_does_not_take_back_what_the_record_says(tmp_path: Path) -> None:
    folder = tmp_path / RUN
    logged(folder, started(), STEERED)
    (folder / EVENTS).write_bytes(seal(started()) + b"nonsense\n")
    log = RunLog(folder, read_record(folder))
    log.write(started(step=120, epoch=3, lr=0.0003))
    log.close("finished", 9)
    assert read_record(folder).steered


def test_an_empty_log_has_no_summary() -> None:
    assert summarize_log([]) is None
    assert summarize_log([STEERED]) is None
    assert LogSummary(CONFIG).best is None


# ------------------------------------------------------------------------ words


def summary(folder: Path, *events: RunEvent) -> RunSummary:
    logged(folder / RUN, *events)
    return summarize(folder / RUN, live="")


def test_the_list_tells_the_start_of_what_was_steered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = summary(tmp_path, started(dropout=0.1), steered(100, RunConfig(dropout=0.1), lr=0.0003))
    assert run_row(run)[6] == "dropout 0.1, lr 0.001→0.0003"
    print_runs([run])
    out, err = capsys.readouterr()
    assert "lr 0.001→0.0003" in out
    assert "changed during the run, so no single command trains them again: runs 1" in err
    assert "It started with lr 0.001." in " ".join(run_notes(run))


def test_what_was_steered_back_and_what_is_now_at_its_default_are_told_too(tmp_path: Path) -> None:
    back = steered(200, STEERED.config, lr=0.001)
    assert changes_of(summary(tmp_path, started(), STEERED, back)) == "lr 0.001→…→0.001"
    to_default = steered(100, RunConfig(lr=0.01), lr=0.001)
    assert changes_of(summary(tmp_path, started(lr=0.01), to_default)) == "lr 0.01→0.001"
    longer = started(step=400, epoch=10, epochs=30, schedule="cosine")
    cosine = summary(tmp_path, started(epochs=10, schedule="cosine"), longer)
    assert changes_of(cosine) == "schedule cosine, epochs 10→30"
    lost = msgspec.structs.replace(cosine, began={})
    assert changes_of(lost) == "schedule cosine, steered"


def test_the_list_has_the_figures_of_the_best_epoch_and_the_last_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = (started(validation=0.1, epochs=2), validated(1, 0.9, 0.91), validated(2, 0.8, 0.95))
    run = summary(tmp_path, *events)
    assert run_row(run)[2:5] == ("2/2, best 1", "91.00 %, last 95.00", "0.9000")
    print_runs([run])
    assert "the best by validation accuracy" in capsys.readouterr().err
    assert "Epoch 1 is the best by validation (90.00 %): test accuracy 91.00 %; the last, 2, has 95.00 %." in run_notes(
        run
    )
    plain = msgspec.structs.replace(run, best=None)
    assert run_row(plain)[2:5] == ("2/2", "95.00 %", "0.4500")
    assert run_notes(plain) == []


def test_the_panel_shows_the_course_of_a_value_and_both_epochs() -> None:
    view = viewed(started(validation=0.1), STEERED, validated(1, 0.9, 0.91), validated(2, 0.8, 0.95))
    rows = {label: (value, style) for label, value, style in figures(view)}
    assert rows["Learning rate"] == ("0.001→0.0003", "changed")
    assert rows["Best, validated"][0] == "90.00 %, epoch 1"
    assert rows["  its test"][0] == "91.00 %"
    assert (rows["Validation"][0], rows["Test accuracy"][0]) == ("80.00 %", "95.00 %")
    beta = viewed(started(beta1=0.5), steered(9, RunConfig(beta1=0.5), beta1=0.9))
    assert ("Beta 1", "0.5→0.9", "changed") in figures(beta)


def test_the_panel_warns_of_choosing_by_the_test() -> None:
    rows = figures(viewed(started(), epoch_done(1, accuracy=0.9), epoch_done(2, accuracy=0.8)))
    at = [label for label, _, _ in rows].index("Best test")
    assert rows[at][1] == "90.00 %, epoch 1"
    assert rows[at + 1][1] == "not for choosing"
    assert "Best test" not in [row[0] for row in figures(viewed(started(validation=0.1), validated(1, 0.9, 0.9)))]


def test_the_last_lines_of_train_speak_of_the_best_epoch_and_of_the_last() -> None:
    view = viewed(started(validation=0.1), validated(1, 0.9, 0.91), validated(2, 0.8, 0.95))
    best, last = result_of(Path("c"), view)
    assert best.startswith(
        f"{RUN}: validation accuracy 90.00 %, test accuracy 91.00 % (89.07 to 92.62 %), test loss 0.9000 after epoch 1,"
    )
    assert best.endswith(f"the best by validation; weights in c/{RUN}/best.pt")
    assert "validation accuracy 80.00 %, test accuracy 95.00 %, test loss 0.4500" in last
    assert "after epoch 2, the last;" in last
    assert last.endswith("last.pt")
    [only] = result_of(Path("c"), viewed(started(), epoch_done(1)))
    assert "best" not in only
    assert only.endswith("after epoch 1; weights in c/0001-seed-cnn/last.pt")
    *_, steered_line = result_of(Path("c"), viewed(started(), STEERED, epoch_done(3)))
    assert "started with lr 0.001; no single command trains it again" in steered_line
