"""The line on top: which run, what it does, how far it is, and whether the engine answers."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.fields import counted
from tui.state.run import RunView
from tui.state.state import State
from tui.state.study import StudyView
from tui.state.words.figures import duration, percent
from tui.state.words.runs import short_run_name, state_word
from tui.terminal.sanitize import sanitize

BAR_WIDTH = 10
NAME_WIDTH, STATE_WIDTH = 40, 16


class RunBar(Widget):
    """Run, state in a word and a colour, device, epoch, time left, speed, learning rate, link to the engine."""

    COMPONENT_CLASSES = {"run-bar--good", "run-bar--busy", "run-bar--bad", "run-bar--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    RunBar {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        .run-bar--good { color: $text-success; text-style: bold; }
        .run-bar--busy { color: $text-accent; text-style: bold; }
        .run-bar--bad { color: $text-error; text-style: bold; }
        .run-bar--muted { color: $text-muted; }
    }
    """

    segments: reactive[tuple[tuple[str, str, int], ...]] = reactive(())
    """What to show: text, component class ("" for plain), and how soon to leave it out when there is no room."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.set_reactive(RunBar.segments, tuple(segments(state)))

    def show(self, state: State) -> None:
        self.segments = tuple(segments(state))

    def render(self) -> Text:
        room = self.size.width
        shown = list(self.segments)
        while len(shown) > 1 and sum(len(text) + 2 for text, _, _ in shown) - 2 > room:
            shown.remove(max(shown, key=lambda segment: segment[2]))
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        for i, (text, style, _) in enumerate(shown):
            line.append("  " if i else "")
            line.append(text, self.get_component_rich_style(f"run-bar--{style}") if style else "")
        return line


def segments(state: State) -> list[tuple[str, str, int]]:
    """Return the parts of the line for a state."""
    view = state.shown
    parts: list[tuple[str, str, int]] = [("mnist-tui", "muted", 10)]
    if state.link == "lost":
        parts.append(("engine lost", "bad", 0))
    elif state.silence:
        parts.append((state.silence, "bad", 0))
    elif state.link == "foreign":
        parts.append(("only watching", "bad", 0))
    elif state.engine_problem:
        parts.append(("engine failed", "bad", 0))
    stalled = f"no step for {duration(state.stalled)}" if state.stalled and not state.silence else ""
    if state.study is not None and state.study.live and state.opened is None:
        parts += study_segments(state.study, stalled)
    elif view is not None:
        parts += run_segments(view, past=view is state.opened, stalled=stalled, silent=bool(state.silence))
    elif state.link == "live" and state.engine is None and not state.engine_problem:
        parts.append(("engine starting", "busy", 1))
    elif state.link == "live" and state.data_problem and state.data is None:
        parts.append(("no data", "bad", 1))
    elif state.link == "live" and not state.engine_problem and not state.busy:
        parts.append(("ready", "good", 1))
    elif state.link == "connecting":
        parts.append(("connecting", "busy", 1))
    if state.opened is not None:
        parts += live_segment(state, stalled)
    elif not state.training and not state.tuning:
        parts += at_once_segment(state)
    if state.queue:
        held = ", paused" if state.queue_paused else ""
        parts.append((f"{state.waiting} waiting{held}", "muted", 3))
    if state.progress is not None:
        share = 100 * state.progress.done // max(1, state.progress.total)
        parts.append((f"{sanitize(state.progress.action, NAME_WIDTH)} {share} %", "busy", 2))
    if state.engine is not None:
        parts.append((sanitize(state.engine.device, NAME_WIDTH), "muted", 7))
    return parts


def live_segment(state: State, stalled: str = "") -> list[tuple[str, str, int]]:
    """Return what trains while a past run is shown."""
    study, run = state.study, state.run
    if study is not None and study.live:
        return [(f"▶ {sanitize(study.study, 12)} {'paused' if study.state == 'paused' else 'tuning'}", "busy", 0)]
    if run is not None and run.live:
        name = f"▶ {short_run_name(run.run)}"
        if run.problem or stalled:
            return [(f"{name} {'waiting for the disk' if run.problem else stalled}", "bad", 0)]
        return [(f"{name} {state_word(run.state)} {100 * run.run_fraction:.0f} %", "busy", 0)]
    return at_once_segment(state)


def at_once_segment(state: State) -> list[tuple[str, str, int]]:
    """Return what trains of several runs at once, and how far they are together; nothing where there are none."""
    views = state.histories.at_once
    if not views:
        return []
    share = sum(view.run_fraction for view in views) / len(views)
    word = "paused" if all(view.state == "paused" for view in views) else "training"
    return [(f"▶ {counted(len(views), 'run')} {word} {100 * share:.0f} %", "busy", 0)]


def study_segments(study: StudyView, stalled: str = "") -> list[tuple[str, str, int]]:
    share = min(1.0, study.done / max(1, study.target))
    words = {"running": ("tuning", "busy"), "paused": ("paused", "bad")}
    parts = [
        (sanitize(study.study, NAME_WIDTH), "", 3),
        ("waiting for its storage", "bad", 0) if study.reason else (*words[study.state], 0),
        *([(stalled, "bad", 0)] if stalled else []),
        (f"trial {min(study.done + 1, study.target)}/{study.target}", "", 2),
        (progress_bar(share), "busy", 5),
    ]
    if study.best is not None:
        parts.append((f"best {percent(study.best.accuracy or 0)}", "good", 4))
    return parts


def progress_bar(share: float) -> str:
    filled = round(share * BAR_WIDTH)
    return "━" * filled + "╌" * (BAR_WIDTH - filled) + f" {100 * share:.0f} %"


def run_segments(view: RunView, past: bool, stalled: str = "", silent: bool = False) -> list[tuple[str, str, int]]:
    """Return the parts for a run. Where it makes no step, or nobody knows whether it does, no speed is shown."""
    style = {"running": "busy", "paused": "bad", "finished": "good", "failed": "bad"}.get(view.state, "muted")
    done = view.epoch
    epoch = min(done + 1, view.config.epochs) if view.live else done
    current = view.live and not past
    word = (sanitize(state_word(view.state), STATE_WIDTH), style, 0)
    if view.problem:
        word = ("waiting for the disk", "bad", 0)
    elif stalled and current:
        word = (stalled, "bad", 0)
    elif silent and current:
        word = (word[0], "muted", 7)  # as it was
    parts = [
        (sanitize(view.run, NAME_WIDTH) + (" (past)" if past else ""), "", 3),
        word,
        (f"epoch {epoch}/{view.config.epochs}", "", 2),
    ]
    if view.live:
        parts.append((progress_bar(view.run_fraction), "busy", 5))
        if view.seconds_left is not None and view.state == "running" and not (view.problem or stalled or silent):
            parts.append((f"{duration(view.seconds_left)} left", "", 4))
            parts.append((f"{view.images_per_s:,.0f} images/s", "muted", 8))
        if view.lr is not None:
            parts.append((f"lr {view.lr:.3g}", "", 6))
    elif view.reported is not None:
        best = f"best {view.reported.epoch}: " if view.best is not None else ""
        parts.append((f"{best}test {percent(view.reported.test_accuracy)}", "", 4))
    if view.sample:
        parts.append(("sample data", "muted", 9))
    return parts
