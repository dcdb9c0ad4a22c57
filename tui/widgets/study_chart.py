"""Charts of a study: its trials and the best so far, their course over the epochs, and by the values of one field."""

from textual.reactive import reactive

from engine.tuning.history import best_so_far
from engine.vocabulary.messages import TrialSummary
from engine.vocabulary.search_space import Range
from tui.state.study import StudyView
from tui.state.words.trials import short_name
from tui.widgets.charts.keyed import KeyedChart
from tui.widgets.plotting.plot import LOOKS, Line, Look
from tui.widgets.plotting.series import Point

LOOKS["trials"] = Look("", True, "⠒", ":")
LOOKS["pruned"] = Look("", True, "⠒", ".")
LEAST = 0.005  # around the accuracies of few trials: half a point
MOST_COURSES = 20  # of those that were pruned, and of the others: the best ones


class StudyChart(KeyedChart):
    """Accuracies by the numbers of trials; those that were pruned are dim."""

    DEFAULT_CSS = """
    StudyChart {
        .chart--trials { color: $primary-lighten-1; }
        .chart--pruned { color: $foreground 45%; }
        &:light .chart--trials { color: $secondary; }
        &:nocolor .chart--pruned { text-style: dim; }
    }
    """
    COMPONENT_CLASSES = {"chart--trials", "chart--pruned"}  # noqa: RUF012

    def show_study(self, study: StudyView, chosen: TrialSummary | None = None) -> None:
        trials = list(study.trials.values())
        stairs: list[Point] = []
        for number, accuracy in best_so_far(trials):
            stairs += [(float(number), stairs[-1][1])] if stairs else []
            stairs.append((float(number), accuracy))
        end = float(max(study.target - 1, trials[-1].number if trials else 1, 1))
        if stairs:
            stairs.append((float(trials[-1].number), stairs[-1][1]))
        pruned, points = (
            [
                (float(trial.number), trial.accuracy)
                for trial in trials
                if trial.accuracy is not None and (trial.state == "pruned") is wanted
            ]
            for wanted in (True, False)
        )
        self.show(
            [
                *([Line("pruned", pruned, "step", figure=False)] if pruned else []),
                Line("trials", points, "trial", figure=False),
                Line("best so far", stairs, "train"),
            ],
            title="accuracy",
            x_label="trial",
            percent=True,
            x_range=(0, end),
            y_range=visible(pruned + points, study.base_trial),
        )


class CourseChart(StudyChart):
    """Accuracies after each epoch of the trials, pruned ones dim; of one epoch, those by the second field instead."""

    def show_study(self, study: StudyView, chosen: TrialSummary | None = None) -> None:
        if study.base.epochs == 1:  # there is no course
            show_field(self, study, 1)
            return
        ranked = [trial for trial in study.ranked if trial.course]
        whole = [trial for trial in ranked if trial.state != "pruned"][:MOST_COURSES]
        pruned = [trial for trial in ranked if trial.state == "pruned"][:MOST_COURSES]
        lines = [
            Line("" if i else kind, course_of(trial), kind, figure=False)
            for kind, trials in (("pruned", pruned), ("trials", whole))
            for i, trial in enumerate(trials)
        ]
        if chosen is not None and chosen.course:
            lines.append(Line(f"trial {chosen.number}", course_of(chosen), "test"))
        values = sorted(value for trial in whole for value in trial.course)
        low, high = (values[len(values) // 10], values[-1]) if values else (0.0, 1.0)
        if values and high == low:
            low, high = low - LEAST, high + LEAST
        self.show(
            lines, title="by epoch", x_label="epoch", percent=True, x_range=(1, max(2, study.base.epochs)),
            y_range=(low, high) if high > low else None,
        )  # fmt: skip


class FieldChart(StudyChart):
    """Accuracies by the values of one field, which `field` counts from the one that matters most."""

    field: reactive[int] = reactive(0, init=False, repaint=False)

    def show_study(self, study: StudyView, chosen: TrialSummary | None = None) -> None:
        show_field(self, study, self.field)


def show_field(chart: StudyChart, study: StudyView, field: int) -> None:
    """Draw accuracies by the values of a field, counted from the one that matters most."""
    ranges = [each for each in study.space if isinstance(each, Range)]
    ranges.sort(key=lambda each: -study.importances.get(each.field.name, 0.0))
    if not ranges:
        chart.show([], title="no field with a range")
        return
    each = ranges[field % len(ranges)]
    name = each.field.name
    trials = [trial for trial in study.ranked if trial.accuracy is not None and trial.state != "failed"]
    points = {
        wanted: sorted((float(study.values_of(trial)[name]), trial.accuracy or 0.0) for trial in trials
                       if (trial.state == "pruned") is wanted)
        for wanted in (True, False)
    }  # fmt: skip
    lines = [
        *([Line("pruned", points[True], "step", figure=False)] if points[True] else []),
        Line("trials", points[False], "trial", figure=False),
    ]
    best = study.best
    if best is not None:
        lines.append(Line("best", [(float(study.values_of(best)[name]), best.accuracy or 0.0)], "test"))
    chart.show(
        lines, title=f"by {short_name(name)}", x_label=short_name(name)[:4], percent=True, log_x=each.log,
        y_range=visible(points[True] + points[False], study.base_trial),
    )  # fmt: skip


def course_of(trial: TrialSummary) -> list[Point]:
    """Return (epoch, accuracy) of what is known of a trial's course."""
    count = len(trial.course)
    return [(float((i + 1) * max(trial.epochs, count) // count), value) for i, value in enumerate(trial.course)]


def visible(points: list[tuple[float, float]], base: TrialSummary | None) -> tuple[float, float] | None:
    """Return the range of accuracies worth drawing: trials far below the others would flatten all the rest."""
    values = sorted(accuracy for _, accuracy in points)
    if not values:
        return None
    if len(values) < 4:
        room = max(LEAST, (values[-1] - values[0]) / 10)
        return max(0.0, values[0] - room), min(1.0, values[-1] + room)
    low = values[len(values) // 4]
    if base is not None and base.accuracy is not None:
        low = min(low, base.accuracy)
    return low, values[-1]
