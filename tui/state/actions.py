"""One table of all actions: keys, footer, command palette and help are drawn from it.

Number keys go to screens. Dangerous actions are capitals and ask before they act.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import BindingType

SIGNS = {"+": "plus", "-": "minus", "0": "zero"}


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

    @property
    def id(self) -> str:
        """The name in a key map: `log_axis`, `go_runs` for go('runs'), `smooth_minus` for smooth(-1)."""
        name, _, arguments = self.name.partition("(")
        words = re.findall(r"-?\d+|\w+", arguments)
        signs = [SIGNS["0" if word == "0" else word[0] if word[0] == "-" else "+"] if word[-1].isdigit() else word
                 for word in words]  # fmt: skip
        return "_".join([name, *signs])

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key.split(","))


ACTIONS: tuple[Action, ...] = (
    # The screens have a line of their own on top, so the footer has room for the rest.
    Action("app", "1", "go('train')", "Train", "Charts of the run, its progress and its log.", footer=False),
    Action("app", "2", "go('digits')", "Digits", "Test digits, and what the network predicts for each.", footer=False),
    Action("app", "3", "go('confusion')", "Confusion", "Which digits the network mistakes for which.", footer=False),
    Action("app", "4", "go('runs')", "Runs", "All runs of this folder: open or resume one.", footer=False),
    Action(
        "app", "5", "go('setup')", "Setup", "Hyperparameters of a new run, or of the one in progress.", footer=False
    ),
    Action("app", "6", "go('tune')", "Tune", "Search hyperparameters: many short runs, compared.", footer=False),
    Action(
        "app",
        "t",
        "train",
        "train",
        "Start a run with the form, or let it wait for what trains.",
    ),
    Action("app", "Q", "enqueue", "queue", "Put the run of the form into the queue: it starts when nothing trains."),
    Action("app", "F", "fork", "fork", "Begin a new run from a checkpoint of this one, with other hyperparameters."),
    Action("app", "space", "pause", "pause", "Pause the run or study. A paused run is saved."),
    Action("app", "space", "continue", "continue", "Continue the paused run or study."),
    Action("app", "R", "resume", "resume", "Resume the run on the screen, or the latest, from its last checkpoint."),
    Action("app", "S", "stop", "stop", "Stop the run after the current step and save it; you can resume it later."),
    Action("app", "d", "download", "download", "Download the full MNIST (11 MB) and verify its checksums; asks first."),
    Action("app", "e", "reconnect", "reconnect", "Start the engine again after it was lost, or attach to it."),
    Action("app", "question_mark", "help", "help", "Show what every key does.", key_display="?"),
    Action(
        "app",
        "q,ctrl+c",
        "quit",
        "quit",
        "Leave the screen; asks whether a run in progress should go on.",
        key_display="q",
    ),
    Action(
        "app", "ctrl+z", "suspend_process", "suspend", "Back to the shell; fg brings the screen back.", footer=False
    ),
    Action(
        "app",
        "ctrl+l",
        "draw_anew",
        "redraw",
        "Redraw the screen, in case another program has written on it.",
        footer=False,
    ),
    Action("app", "T", "toggle_theme", "dark or light", "Switch between dark and light colours.", footer=False),
    Action("app", "A", "toggle_ascii", "ASCII", "Switch between Unicode and plain ASCII.", footer=False),
    Action(
        "app", "C", "toggle_coach", "coach", "Switch the coach on or off: it watches runs for problems.", footer=False
    ),
    Action(
        "train",
        "c",
        "take_advice",
        "do it",
        "Follow the advice: change this run, or fill in the form for a new one.",
        footer=False,
    ),
    Action(
        "train",
        "v",
        "explain_advice",
        "why",
        "Show what the coach saw, why it matters, and what it suggests.",
        footer=False,
    ),
    Action("train", "escape", "chart_back", "back", "Leave the cursor, the range, the one chart."),
    Action("train", "escape", "dismiss_advice", "dismiss", "Dismiss this advice for this run.", footer=False),
    Action(
        "train",
        "z",
        "zoom",
        "zoom",
        "Show all, the second half, the last quarter, or what came since the last change.",
    ),
    Action(
        "train",
        "m,enter",
        "maximise",
        "maximise",
        "Show one chart alone, then the next, then all; a double click does the same.",
        key_display="m",
    ),
    Action(
        "train",
        "g",
        "third",
        "third chart",
        "Show the learning rate, images/s, the dead units or the gradient norm.",
    ),
    Action("train", "x", "x_axis", "x axis", "Count steps, epochs or time on the x axis."),
    Action(
        "train",
        "left",
        "cursor(-1)",
        "values",
        "Move the cursor: the legends show the values there; the mouse does the same.",
        footer=False,
        key_display="←",
    ),
    Action("train", "right", "cursor(1)", "values", "Move the cursor to the right.", footer=False, key_display="→"),
    Action("train", "y", "log_axis", "log axis", "Switch the axis of the loss between logarithmic and linear."),
    Action("train", "plus,equals_sign", "smooth(1)", "smoother", "Smooth the loss more.", key_display="+"),
    Action("train", "minus", "smooth(-1)", "rougher", "Smooth the loss less.", footer=False, key_display="-"),
    Action("train", "0", "smooth(0)", "default", "Reset the smoothing of the loss.", footer=False),
    Action("train", "l", "toggle_log", "log", "Show or hide the log."),
    Action("train", "r", "random_digit", "digit", "Show other random test digits beside the charts.", footer=False),
    Action("train", "f", "hold_digit", "hold", "Hold the test digit beside the charts, or go on.", footer=False),
    Action("train", "escape", "close_run", "close", "Close the past run and return to the current one."),
    Action("digits", "n,right,l", "step(1)", "next", "The next test digit.", key_display="n →"),
    Action("digits", "p,left,h", "step(-1)", "prev", "The previous test digit.", key_display="p ←"),
    Action("digits", "down,j,pagedown", "jump(1)", "page on", "The seventh test digit from here.", footer=False),
    Action("digits", "up,k,pageup", "jump(-1)", "page back", "The seventh test digit before this one.", footer=False),
    Action("digits", "home,g", "end('first')", "first", "The first test digit.", footer=False),
    Action("digits", "end,G", "end('last')", "last", "The last test digit.", footer=False),
    Action("digits", "r", "random", "random", "A random test digit."),
    Action("digits", "w", "wrong", "wrong", "Show only digits that the network gets wrong, or all."),
    Action("digits", "v", "art", "drawing", "Change how digits are drawn: characters, half blocks or braille."),
    Action("digits", "escape", "clear_filter", "all digits", "Clear the filter and show all digits."),
    Action("runs", "space", "mark", "mark", "Mark a run with a letter, or unmark it: marked runs are compared."),
    Action("runs", "o", "open", "open", "Open a run's charts and digits; Enter and a double click do the same."),
    Action(
        "runs", "slash", "filter", "filter", "Filter the list: acc>99 model:resnet state:failed star.", key_display="/"
    ),
    Action("runs", "s", "sort", "sort", "Sort the list; the same again reverses. A click on a heading sorts too."),
    Action("runs", "i", "inspect", "details", "Show the details and curves of a run, or the list."),
    Action("runs", "R", "resume", "resume", "Resume a run from its last checkpoint."),
    Action("runs", "L", "resume_lower", "resume, lower rate", "Resume a failed run with a tenth of its learning rate."),
    Action("runs", "c", "clone", "clone", "Fill in the form with the configuration of a run."),
    Action("runs", "e", "rename", "rename", "Give a run a name of your own."),
    Action("runs", "n", "note", "note", "Write a note about a run."),
    Action("runs", "asterisk", "star", "star", "Give a run a star, or take it away.", key_display="*"),
    Action("runs", "D", "delete", "delete", "Move a run to the trash; asks first."),
    Action("runs", "U", "restore", "undelete", "Bring back the run that was deleted last."),
    Action("runs", "escape", "back", "back", "Leave the details, the filter, then the marks."),
    Action(
        "runs",
        "l",
        "columns(1)",
        "columns",
        "Scroll to the columns that do not fit; → does the same.",
        key_display="← →",
    ),
    Action("runs", "h", "columns(-1)", "columns", "Scroll back to the left; ← does the same.", footer=False),
    Action("runs", "u", "refresh", "update", "Reload the list of runs.", footer=False),
    Action("queue", "K,shift+up", "move(-1)", "earlier", "Start this waiting run earlier.", key_display="K"),
    Action("queue", "J,shift+down", "move(1)", "later", "Start it later.", key_display="J"),
    Action("queue", "e", "edit", "edit", "Bring the waiting run into the form; Enter does the same."),
    Action("queue", "D,delete", "remove", "remove", "Remove it from the queue.", key_display="D"),
    Action("queue", "P", "hold", "pause queue", "Pause the queue, so that no waiting run starts, or let it go on."),
    Action("queue", "k", "cursor(-1)", "up", "The waiting run above; ↑ does the same.", footer=False),
    Action("queue", "j", "cursor(1)", "down", "The waiting run below; ↓ does the same.", footer=False),
    Action(
        "setup",
        "f5",
        "submit",
        "train",
        "Start a run with the form; during a run, steer it where you typed in its column, else queue the next.",
    ),
    Action("setup", "s", "steer", "steer", "Apply what you typed for the run in progress.", footer=False),
    Action("setup", "f2", "preset", "presets", "Fill in a preset, built in or your own."),
    Action("setup", "f3", "save_preset", "save preset", "Save the form as a preset of your own."),
    Action("setup", "f8", "network", "network", "Show the layers of the network, or choose another."),
    Action("network", "n,right,l", "other(1)", "next", "The next network in the list.", key_display="n →"),
    Action("network", "p,left,h", "other(-1)", "prev", "The previous network.", key_display="p ←"),
    Action("network", "enter", "take", "take", "Use this network in the form."),
    Action("network", "r", "take_recipe", "recipe", "Use it with its recipe: hyperparameters that suit it."),
    Action("network", "escape", "close", "close", "Close the list and leave the form unchanged."),
    Action("setup", "f4", "preview", "preview", "Show or hide augmented digits and the schedule's curve."),
    Action("setup", "f6", "another_digit", "digit", "Show another digit in the preview.", footer=False),
    Action("setup", "f7", "find_rate", "find rate", "Try increasing learning rates on a copy, and suggest one."),
    Action(
        "setup",
        "down,enter",
        "next_field",
        "next field",
        "Go to the next field; Tab and Enter do the same.",
        key_display="↓",
    ),
    Action("setup", "up", "previous_field", "previous", "Go to the previous field.", footer=False),
    Action("tune", "f5", "submit", "start", "Start the search, or continue the study of that name."),
    Action("tune", "f", "ranges", "ranges", "Edit what to search, and how many trials of how many epochs."),
    Action(
        "tune",
        "o",
        "full_run",
        "full run",
        "Fill in Setup with the selected trial, except its epochs; Enter does the same.",
    ),
    Action("tune", "P", "pin", "preset", "Save the selected trial as a preset of your own."),
    Action("tune", "c", "continue_study", "go on", "Fill in the form to continue this study with more trials."),
    Action("tune", "x", "other_field", "field", "Draw the accuracies by the values of another field.", footer=False),
    Action(
        "tune",
        "escape",
        "leave",
        "back",
        "Leave the form, then the study for the list of studies; what you typed stays.",
    ),
    Action("setup", "escape", "leave", "back", "Leave the field, then the form; what you typed stays."),
    # Every list, grid and matrix has these: `tui/widgets/list_keys.py`.
    Action("list", "up,k", "in_list('up')", "up", "Up.", footer=False, key_display="↑ k"),
    Action("list", "down,j", "in_list('down')", "down", "Down.", footer=False, key_display="↓ j"),
    Action("list", "left,h", "in_list('left')", "left", "To the left.", footer=False, key_display="← h"),
    Action("list", "right,l", "in_list('right')", "right", "To the right.", footer=False, key_display="→ l"),
    Action("list", "home,g", "in_list('first')", "first", "To the first; also Home.", footer=False, key_display="g"),
    Action("list", "end,G", "in_list('last')", "last", "To the last; also End.", footer=False, key_display="G"),
    Action("list", "pageup,ctrl+b", "in_list('page_up')", "page up", "A page up.", footer=False),
    Action("list", "pagedown,ctrl+f", "in_list('page_down')", "page down", "A page down.", footer=False),
    Action(
        "list",
        "enter",
        "in_list('choose')",
        "open",
        "Open or take what is chosen; so does a double click.",
        footer=False,
    ),
)

# Titles of the groups in help and palette.
SCOPES = {
    "app": "Everywhere",
    "train": "Train screen",
    "digits": "Digits screen",
    "confusion": "Confusion screen",
    "runs": "Runs screen",
    "queue": "Queue (at the top of Runs)",
    "setup": "Setup screen",
    "tune": "Tune screen",
    "list": "Lists, grids, matrices",
    "network": "Networks (f8 on Setup)",
}

# Key, mode and name of every screen.
NAVIGATION = tuple((each.key, each.name[4:-2], each.label) for each in ACTIONS if each.name.startswith("go("))


def bindings(scope: str) -> "list[BindingType]":
    """Return the key bindings of a screen, or of the app."""
    from textual.binding import Binding  # a command reads this table without a screen

    return [
        Binding(
            action.key,
            action.name,
            action.label,
            show=action.footer,
            key_display=action.key_display,
            tooltip=action.help,
            id=f"{scope}.{action.id}",
        )
        for action in in_scope(scope)
    ]


def in_scope(scope: str) -> Iterable[Action]:
    return (action for action in ACTIONS if action.scope == scope)
