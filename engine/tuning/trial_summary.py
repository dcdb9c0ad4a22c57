"""How a trial stands, from what is stored of it: Optuna's own state, and attributes of ours."""

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from engine.vocabulary.config import Value
from engine.vocabulary.messages import MOST_POINTS, TrialSummary
from engine.vocabulary.search_space import Choices, Dimension

ENGINE, ATTEMPT, BASE, ACCURACY, LOSS, SECONDS, PROBLEM = (
    "engine", "attempt", "base", "accuracy", "loss", "seconds", "problem"
)  # fmt: skip


def summary_of(trial: FrozenTrial, space: Sequence[Dimension]) -> TrialSummary:
    """Return how a trial of a study that searches `space` stands."""
    attrs = trial.user_attrs
    accuracy = attrs.get(ACCURACY)
    if accuracy is None and trial.intermediate_values:
        accuracy = trial.intermediate_values[max(trial.intermediate_values)]
    is_base = bool(attrs.get(BASE))
    values = trial.intermediate_values
    course = [values[epoch] for epoch in sorted(values)]
    params = trial.params or trial.system_attrs.get("fixed_params", {})
    changes: dict[str, Value] = {}
    for each in space:
        if each.field.name in params and not is_base:
            value = params[each.field.name]
            changes[each.field.name] = value if isinstance(each, Choices) else each.neat(value)
    return TrialSummary(
        number=trial.number,
        state=state_of(trial),
        changes=changes,
        accuracy=accuracy,
        loss=attrs.get(LOSS),
        epochs=max(trial.intermediate_values, default=0),
        seconds=attrs.get(SECONDS, 0.0),
        base=is_base,
        reason=str(attrs.get(PROBLEM, ""))[:500],
        course=thinned([value for value in course if 0 <= value <= 1]),
    )


def thinned(values: Sequence[float]) -> list[float]:
    """Return at most MOST_POINTS values at even distances, the last one among them."""
    count = min(len(values), MOST_POINTS)
    return [values[(i + 1) * len(values) // count - 1] for i in range(count)]


def counts(trial: FrozenTrial) -> bool:
    """Tell whether a trial is one of those asked for: not lost, and not one too many."""
    return trial.state != TrialState.FAIL or ACCURACY in trial.user_attrs


def state_of(trial: FrozenTrial) -> str:
    match trial.state:
        case TrialState.WAITING:
            return "waiting"
        case TrialState.RUNNING:
            return "running"
        case TrialState.PRUNED:
            return "failed" if trial.user_attrs.get(PROBLEM) else "pruned"
        case TrialState.FAIL if not counts(trial):
            return "lost"
        case _:
            return "finished"
