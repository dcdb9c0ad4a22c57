"""Trials of a study in words, and what it searches. Pure."""

from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import StudySummary, TrialSummary
from engine.vocabulary.search_space import Dimension
from tui.state.study import StudyView
from tui.state.words.figures import duration, percent
from tui.terminal.sanitize import sanitize

SHORT = {"batch_size": "batch", "weight_decay": "decay", "label_smoothing": "smoothing"}


def describe_trial(trial: TrialSummary) -> str:
    """Return `trial 7 98.31 % (lr 0.0042, batch_size 50)`."""
    figure = percent(trial.accuracy) if trial.accuracy is not None else "no figure"
    values = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in trial.changes.items()
    )
    state = "" if trial.state == "finished" else f" {trial.state}"
    reason = f", {trial.reason}" if trial.reason else ""
    return f"trial {trial.number}{state} {figure} ({'the base' if trial.base else values}){reason}"


def short_name(name: str) -> str:
    """Return a field's name for the head of a narrow column."""
    return SHORT.get(name, name)


def short_value(value: Value) -> str:
    """Return a value in the room of a narrow column."""
    return f"{value:.3g}" if isinstance(value, float) else sanitize(str(value), 12)


def trial_words(view: StudyView, trial: TrialSummary) -> str:
    """Return `trial 7: 98.31 % with lr 0.0042, batch 50`."""
    values = ", ".join(f"{short_name(name)} {short_value(value)}" for name, value in view.values_of(trial).items())
    figure = percent(trial.accuracy) if trial.accuracy is not None else "no figure"
    base = " (the base)" if trial.base else ""
    reason = f" ({sanitize(trial.reason, 120)})" if trial.reason else ""
    state = "" if trial.state == "finished" else f" {sanitize(trial.state, 12)}{reason}"
    return f"trial {trial.number}{base}{state}: {figure} with {values}"


def range_words(dimension: Dimension) -> str:
    """Return what is searched of a field: `0.0001..0.1 log`, `50,100,200`."""
    if getattr(dimension, "log", False):
        return f"{dimension.words} log"
    return dimension.words


def age_words(seconds: float) -> str:
    """Return how long ago something was: `now`, `5 min`, `3 h`, `12 d`."""
    if seconds < 60:
        return "now"
    for unit, length in (("d", 86_400), ("h", 3600)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds // 60)} min"


def study_row(study: StudySummary, live: str, now: float) -> tuple[str, ...]:
    """Return a study's line of a list: name, best, base, trials, age, and what it searches or what is wrong."""
    best, base = (
        percent(trial.accuracy) if trial is not None and trial.accuracy is not None else "-"
        for trial in (study.best, study.base)
    )
    best += f" (#{study.best.number})" if study.best is not None else ""
    notes = ["in progress"] if study.study == live else []
    problem = study.problem or study.damage
    notes += [f"problem: {problem}"] if problem else []
    ranges = " ".join(study.search)
    return (
        sanitize(study.study, 64),
        best,
        base,
        f"{study.trials}/{study.target}" if study.target else "-",
        age_words(now - study.changed) if study.changed else "-",
        sanitize("; ".join([*notes, *([ranges] if ranges else [])]), 300),
    )


EXAMPLES = {
    "model": "model=seed-cnn,fast-cnn",
    "batch_size": "batch_size=50,100,200",
    "lr": "lr=log:1e-4..1e-1",
    "weight_decay": "weight_decay=log:1e-6..1e-2",
    "momentum": "momentum=0.8..0.99",
    "beta1": "beta1=0.8..0.95",
    "beta2": "beta2=0.95..0.9999",
    "clip": "clip=0.5..5",
    "rotation": "rotation=0..15",
}


def example_range(name: str) -> str:
    """Return a range of a field that is worth a try, as it is written."""
    field = FIELDS[name]
    if name in EXAMPLES:
        return EXAMPLES[name]
    if field.choices:
        return f"{name}={','.join(field.choices[:4])}"
    low = field.low if field.low is not None else 0
    high = field.high if field.high is not None else 1
    value = field.default
    if isinstance(value, bool | str):
        return f"{name}={value}"
    top = min(high, 2 * value) if value else min(high, 0.5 if field.kind is float else 4)
    start = max(low, value / 4) if value else low
    if field.low_open and start == low:
        start = top / 10
    return f"{name}={field.kind(start):g}..{field.kind(top):g}"


def trial_facts(view: StudyView, trial: TrialSummary) -> list[tuple[str, str, str]]:
    """Return label, value and style of what is known of a trial; a label without a value is a heading."""
    rows = [(f"trial {trial.number}" + (", the base" if trial.base else f", {sanitize(trial.state, 10)}"), "", "")]
    base = view.base_trial
    if trial.accuracy is not None:
        rows.append(("accuracy", percent(trial.accuracy), "value"))
        if base is not None and base.accuracy is not None and not trial.base:
            rows.append(("over the base", f"{100 * (trial.accuracy - base.accuracy):+.2f} points", "value"))
    if trial.loss is not None:
        rows.append(("loss", f"{trial.loss:.4f}", "value"))
    if len(trial.course) > 1:
        rows.append(("by epochs", " ".join(f"{100 * value:.1f}" for value in trial.course[-6:]), "value"))
    length = f"{trial.epochs}/{view.base.epochs}" + (f", {duration(trial.seconds)}" if trial.seconds else "")
    rows.append(("epochs", length, "value"))
    for name, value in view.values_of(trial).items():
        was = getattr(view.base, name)
        words = short_value(value) + (f"  (base {short_value(was)})" if value != was else "")
        rows.append((short_name(name), words, "changed" if value != was else "value"))
    if trial.reason:
        rows.append(("why", sanitize(trial.reason, 300), "bad"))
    return [*rows, (" ", "", "")]


def study_facts(view: StudyView) -> list[tuple[str, str, str]]:
    """Return label, value and style of what a study is; a label without a value is a heading."""
    counts = {state: sum(trial.state == state for trial in view.trials.values()) for state in ("pruned", "failed")}
    ended = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    took = sum(trial.seconds for trial in view.trials.values())
    rows = [
        ("study", "", ""),
        ("trials", f"{view.done} of {view.target}" + (f", {ended}" if ended else ""), "value"),
        ("trained", duration(took), "value"),
        *((short_name(each.field.name), range_words(each), "value") for each in view.space),
        ("sampler", sanitize(view.sampler, 20), "value"),
        ("pruner", sanitize(view.pruner, 20), "value"),
        *([("measured on", f"{view.validation_images:,} held-out images", "value")] if view.validation_images else []),
        ("each", f"{counted(view.base.epochs, 'epoch')} of {sanitize(view.base.model, 40)}", "value"),
        ("kept in", sanitize(view.storage, 200), "value"),
    ]
    changed = [name for name in view.base.differences() if name not in ("model", "epochs", "data")]
    fixed = ", ".join(f"{short_name(name)} {short_value(getattr(view.base, name))}" for name in changed)
    return [row for row in (*rows, ("base has", fixed, "changed")) if row[1] or not row[2]]
