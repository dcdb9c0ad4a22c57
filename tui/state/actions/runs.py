"""What can be done on the screen of runs."""

from tui.state.actions.action import Action

RUNS: tuple[Action, ...] = (
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
    Action(
        "runs",
        "w",
        "report",
        "report",
        "Write a report of the marked runs, or of this one: a page to keep, to print or to send.",
        footer=False,
    ),
    Action("runs", "asterisk", "star", "star", "Give a run a star, or take it away.", key_display="*"),
    Action(
        "runs",
        "E",
        "export",
        "export",
        "Write the marked runs, or this one, to a file: table, chart, ONNX and more.",
        footer=False,
    ),
    Action("runs", "D", "delete", "delete", "Move a run to the trash; asks first."),
    Action("runs", "U", "restore", "undelete", "Bring back the run that was deleted last."),
    Action("runs", "escape", "back", "back", "Leave the details, the filter, then the marks."),
    Action(
        "runs",
        "l,right",
        "columns(1)",
        "columns",
        "Scroll to the columns that do not fit; → does the same.",
        key_display="← →",
    ),
    Action("runs", "h,left", "columns(-1)", "columns", "Scroll back to the left; ← does the same.", footer=False),
    Action("runs", "greater_than_sign", "resize(1)", "wider", "Widen the curves beside the list.", footer=False),
    Action("runs", "less_than_sign", "resize(-1)", "narrower", "Narrow them; the border can be dragged.", footer=False),
    Action("runs", "tab", "next_pane", "panes", "Go on to the curves, whose keys are those of Train's, and the table."),
    Action("runs", "u", "refresh", "update", "Reload the list of runs.", footer=False),
)
