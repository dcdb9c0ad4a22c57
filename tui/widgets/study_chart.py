"""The accuracies of a study's trials, and the best so far."""

from engine.tuning.history import best_so_far
from engine.vocabulary.messages import TrialSummary
from tui.state.study import StudyView
from tui.widgets.chart import Chart
from tui.widgets.plotting.plot import Line


class StudyChart(Chart):
    def show_study(self, study: StudyView) -> None:
        trials = list(study.trials.values())
        points = [(float(trial.number), trial.accuracy) for trial in trials if trial.accuracy is not None]
        stairs: list[tuple[float, float]] = []
        for number, accuracy in best_so_far(trials):
            stairs += [(float(number), stairs[-1][1])] if stairs else []
            stairs.append((float(number), accuracy))
        end = float(max(study.target - 1, trials[-1].number if trials else 1, 1))
        if stairs:
            stairs.append((float(trials[-1].number), stairs[-1][1]))
        self.show(
            [Line("trials", points, "trial"), Line("best so far", stairs, "train")],
            title="accuracy",
            x_label="trial",
            percent=True,
            x_range=(0, end),
            y_range=visible(points, study.base_trial),
        )


def visible(points: list[tuple[float, float]], base: TrialSummary | None) -> tuple[float, float] | None:
    """Return the range of accuracies worth drawing: trials far below the others would flatten all the rest."""
    values = sorted(accuracy for _, accuracy in points)
    if len(values) < 4:
        return None
    low = values[len(values) // 4]
    if base is not None and base.accuracy is not None:
        low = min(low, base.accuracy)
    return low, values[-1]
