"""What the charts of a study draw."""

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import StudyStarted, TrialSummary, TrialTold
from engine.vocabulary.search_space import parse_search
from tui.state.study import StudyView, apply_to_study
from tui.state.words.trials import age_words, example_range
from tui.widgets.studies import FieldTable
from tui.widgets.study_chart import MOST_COURSES, CourseChart, FieldChart, StudyChart, course_of, visible


def study(trials: list[TrialSummary], epochs: int = 3) -> StudyView:
    view = apply_to_study(
        None,
        StudyStarted(
            study="s", time=0.0, base=RunConfig(epochs=epochs), search=["lr=log:0.0001..0.1"], trials=9, sampler="tpe",
            pruner="median", storage="s.journal",
        ),
    )  # fmt: skip
    for trial in trials:
        view = apply_to_study(view, TrialTold(study="s", trial=trial))
    assert view is not None
    return view


FULL = TrialSummary(number=0, state="finished", accuracy=0.9, epochs=3, course=[0.5, 0.8, 0.9], changes={"lr": 0.01})
PRUNED = TrialSummary(number=1, state="pruned", accuracy=0.4, epochs=1, course=[0.4], changes={"lr": 0.1})


def kinds(chart: StudyChart) -> dict[str, str]:
    return {line.name: line.kind for line in chart.plot.lines}


def test_pruned_trials_are_dim_and_drawn_apart() -> None:
    for chart, kind in ((StudyChart(), "step"), (CourseChart(), "pruned"), (FieldChart(), "step")):
        chart.show_study(study([FULL, PRUNED]))
        assert kinds(chart)["pruned"] == kind


def test_the_course_of_a_trial_is_drawn_over_its_epochs() -> None:
    chart = CourseChart()
    chart.show_study(study([FULL, PRUNED]), FULL)
    lines = {line.name: list(line.points) for line in chart.plot.lines}
    assert lines["trial 0"] == lines["trials"] == [(1.0, 0.5), (2.0, 0.8), (3.0, 0.9)]
    assert lines["pruned"] == [(1.0, 0.4)]


def test_a_thinned_course_ends_where_its_trial_did() -> None:
    trial = TrialSummary(number=0, state="finished", accuracy=0.9, epochs=100, course=[i / 40 for i in range(32)])
    assert course_of(trial)[-1][0] == 100.0


def test_of_many_trials_only_the_best_courses_are_drawn() -> None:
    trials = [
        TrialSummary(number=i, state="finished", accuracy=i / 1000, epochs=2, course=[0.1, i / 1000])
        for i in range(500)
    ]
    chart = CourseChart()
    chart.show_study(study(trials, epochs=2))
    assert len(chart.plot.lines) == MOST_COURSES
    assert max(y for _, y in chart.plot.lines[0].points) == 0.499


def test_accuracies_are_drawn_by_the_values_of_a_field() -> None:
    chart = FieldChart()
    chart.show_study(study([FULL, PRUNED]))
    assert chart.plot.log_x
    assert {line.name: list(line.points) for line in chart.plot.lines}["trials"] == [(0.01, 0.9)]


def test_every_range_that_is_suggested_can_be_searched() -> None:
    for name in FieldTable()._names:
        (dimension,) = parse_search([example_range(name)])
        assert dimension.field.name == name


def test_ages_are_said_in_one_unit() -> None:
    assert [age_words(seconds) for seconds in (5, 300, 7200, 200_000)] == ["now", "5 min", "2 h", "2 d"]


def test_few_accuracies_are_drawn_in_the_range_that_they_take() -> None:
    low, high = visible([(0.0, 0.95)], None) or (0, 1)
    assert 0.94 < low < 0.95 < high < 0.96
    assert visible([(0.0, 0.999)], None) == (0.994, 1.0)
    assert visible([], None) is None


def test_trials_of_one_epoch_have_no_course_and_are_drawn_by_a_field() -> None:
    chart = CourseChart()
    chart.show_study(study([FULL], epochs=1))
    assert chart.plot.title == "by lr"
    chart.show_study(study([FULL], epochs=3))
    assert chart.plot.title == "by epoch"
