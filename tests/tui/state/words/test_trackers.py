"""The detail of a run says where it is logged, and what is wrong with that."""

from engine.vocabulary.messages import RunSummary, TrackerTold
from tui.state.words.events import describe
from tui.widgets.run_detail import figures

RUN = "0001-seed-cnn"
FINE = TrackerTold(run=RUN, tracker="tensorboard", where="/runs/tensorboard", step=80, done=True)
BEHIND = TrackerTold(run=RUN, tracker="mlflow", where="http://host", step=1200, problem="no \x1b[31manswer in time")


def test_the_detail_of_a_run_has_a_line_for_each_tracker() -> None:
    run = RunSummary(
        run=RUN, state="running", started=1.0, model="seed-cnn", epoch=1, epochs=3, sample=True, trackers=[FINE, BEHIND]
    )
    rows = figures(run)
    assert ("in tensorboard", "/runs/tensorboard, complete", "value") in rows
    (bad,) = (value for label, value, style in rows if style == "bad")
    assert bad.startswith("mlflow is behind: no ")
    assert "\x1b" not in bad
    assert "log_to" not in [label for label, _, _ in rows]


def test_the_log_says_where_a_run_goes_and_that_a_tracker_is_behind() -> None:
    assert describe(FINE) == [f"{RUN} logs to tensorboard: /runs/tensorboard, complete"]
    assert describe(BEHIND) == [
        f"{RUN} logs to mlflow: behind: no \x1b[31manswer in time; it has all up to step 1,200, the rest is sent later"
    ]  # what is shown is made harmless by the log
