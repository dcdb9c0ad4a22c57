"""One table of all actions: keys, footer, command palette and help are drawn from it.

Number keys go to screens. Dangerous actions are capitals and ask before they act.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Action:
    """`name` is the Textual action, `label` a word for the footer, `help` a sentence."""

    scope: str
    key: str
    name: str
    label: str
    help: str
    footer: bool = True
    key_display: str | None = None


ACTIONS: tuple[Action, ...] = (
    # The screens have a line of their own on top, so the footer has room for the rest.
    Action("app", "1", "go('train')", "Train", "Charts of the run, its progress and its log.", footer=False),
    Action("app", "2", "go('digits')", "Digits", "Test digits and what the network makes of them.", footer=False),
    Action("app", "3", "go('confusion')", "Confusion", "Which digits are taken for which.", footer=False),
    Action("app", "4", "go('runs')", "Runs", "All runs of this folder: open or resume one.", footer=False),
    Action(
        "app", "5", "go('setup')", "Setup", "Hyperparameters of a new run, or of the one in progress.", footer=False
    ),
    Action("app", "6", "go('tune')", "Tune", "Search hyperparameters: many short runs, compared.", footer=False),
    Action("app", "t", "train", "train", "Start a run with the hyperparameters of the form."),
    Action("app", "space", "pause", "pause", "Pause the run or study. A paused run is saved."),
    Action("app", "space", "continue", "continue", "Continue what is paused."),
    Action("app", "R", "resume", "resume", "Continue the run that is shown, or the latest, from its last checkpoint."),
    Action("app", "S", "stop", "stop", "Stop the run after the present step and save it; it can be resumed."),
    Action("app", "d", "download", "download", "Download the full MNIST (11 MB) and verify its checksums; asks first."),
    Action("app", "e", "reconnect", "reconnect", "Start the engine again, or attach to it, after it was lost."),
    Action("app", "question_mark", "help", "help", "What every key does.", key_display="?"),
    Action(
        "app", "q,ctrl+c", "quit", "quit", "Leave the screen; a run in progress goes on if you say so.", key_display="q"
    ),
    Action(
        "app", "ctrl+z", "suspend_process", "suspend", "Back to the shell; fg brings the screen back.", footer=False
    ),
    Action("app", "ctrl+l", "draw_anew", "redraw", "Draw everything anew, should something else have.", footer=False),
    Action("app", "T", "toggle_theme", "theme", "Dark or light colours.", footer=False),
    Action(
        "app", "A", "toggle_ascii", "ASCII", "Draw with plain ASCII characters, or with all of Unicode.", footer=False
    ),
    Action("app", "C", "toggle_coach", "coach", "Have runs watched for what goes wrong in them, or not.", footer=False),
    Action(
        "train",
        "c",
        "take_advice",
        "do it",
        "Do what the coach advises: steer the run, or fill in a new one.",
        footer=False,
    ),
    Action(
        "train",
        "v",
        "explain_advice",
        "why",
        "What the coach sees, why it matters, and what it would do.",
        footer=False,
    ),
    Action("train", "x", "dismiss_advice", "dismiss", "Hear no more of this advice on this run.", footer=False),
    Action("train", "y", "log_axis", "log axis", "Logarithmic or linear axis for the loss."),
    Action("train", "plus,equals_sign", "smooth(1)", "smoother", "Smooth the loss more.", key_display="+"),
    Action("train", "minus", "smooth(-1)", "rougher", "Smooth the loss less.", footer=False, key_display="-"),
    Action("train", "0", "smooth(0)", "default", "Smooth the loss as at first.", footer=False),
    Action("train", "l", "toggle_log", "log", "Show or hide the log."),
    Action("train", "r", "random_digit", "digit", "Another random test digit beside the charts.", footer=False),
    Action("train", "escape", "close_run", "close", "Leave a past run and go back to the present one."),
    Action("digits", "n", "step(1)", "next", "The next test digit."),
    Action("digits", "p", "step(-1)", "prev", "The previous test digit."),
    Action("digits", "r", "random", "random", "A random test digit."),
    Action("digits", "w", "wrong", "wrong", "Pass over the digits that the network gets right, or do not."),
    Action("digits", "v", "art", "drawing", "Draw digits as a character ramp, half blocks, or braille."),
    Action("digits", "escape", "clear_filter", "all digits", "Drop the filter and see all digits again."),
    Action("runs", "o", "open", "open", "Show the charts and digits of a run; so does enter."),
    Action("runs", "R", "resume", "resume", "Continue a run from its last checkpoint."),
    Action(
        "runs", "L", "resume_lower", "resume, lower rate", "Continue a failed run with a tenth of its learning rate."
    ),
    Action("runs", "l", "columns(1)", "columns", "Columns that do not fit; so does right.", key_display="← →"),
    Action("runs", "h", "columns(-1)", "columns", "Back to the columns before; so does left.", footer=False),
    Action("runs", "u", "refresh", "update", "Read the list of runs again.", footer=False),
    Action(
        "setup",
        "f5",
        "submit",
        "train",
        "Start a run with the form, or apply it to the one in progress.",
    ),
    Action("setup", "f2", "preset", "presets", "Fill in a preset, built in or your own."),
    Action("setup", "f3", "save_preset", "save preset", "Save the form as a preset of yours, under a name."),
    Action("setup", "f8", "network", "network", "Show the layers of the network, or choose another."),
    Action("network", "n", "other(1)", "next", "The next network of the catalogue."),
    Action("network", "p", "other(-1)", "prev", "The network before."),
    Action("network", "enter", "take", "take", "Take this network into the form."),
    Action("network", "r", "take_recipe", "recipe", "Take it with its recipe: hyperparameters that suit it."),
    Action("network", "escape", "close", "close", "Leave the form as it was."),
    Action("setup", "f4", "preview", "preview", "Eight augmented digits and the schedule's curve, or neither."),
    Action("setup", "f6", "another_digit", "digit", "Another digit in the preview.", footer=False),
    Action("setup", "f7", "find_rate", "find rate", "Try ever higher learning rates on a copy, and suggest one."),
    Action("setup", "down,enter", "next_field", "next field", "The next field; so do tab and enter.", key_display="↓"),
    Action("setup", "up", "previous_field", "previous", "The field before.", footer=False),
    Action("tune", "f5", "submit", "start", "Start the search, or continue the study of that name."),
    Action("tune", "f", "ranges", "ranges", "Go to the form: what to search, how many trials of how many epochs."),
    Action(
        "tune",
        "o",
        "full_run",
        "full run",
        "Fill in Setup with the chosen trial, but for the epochs; so does enter.",
    ),
    Action("tune", "P", "pin", "preset", "Save the chosen trial as a preset of yours, under a name."),
    Action("tune", "escape", "leave", "back", "Out of the form, to the list of trials; what was typed stays."),
    Action("setup", "escape", "leave", "back", "Out of a field, and then back to the charts; what was typed stays."),
)

# Key, mode and name of every screen.
NAVIGATION = tuple((each.key, each.name[4:-2], each.label) for each in ACTIONS if each.name.startswith("go("))


def bindings(scope: str) -> list[BindingType]:
    """Return the key bindings of a screen, or of the app."""
    return [
        Binding(
            action.key,
            action.name,
            action.label,
            show=action.footer,
            key_display=action.key_display,
            tooltip=action.help,
            id=f"{scope}.{action.name}",
        )
        for action in in_scope(scope)
    ]


def in_scope(scope: str) -> Iterable[Action]:
    return (action for action in ACTIONS if action.scope == scope)
