"""What can be done on the screen of digits."""

from tui.state.actions.action import Action

DIGITS: tuple[Action, ...] = (
    Action("digits", "o", "open", "in full", "Show the digit in full; Enter and a double click do the same."),
    Action(
        "digits", "slash", "filter", "filter", "Filter digits: wrong true:4 pred:9 conf>0.9 loss>2.", key_display="/"
    ),
    Action("digits", "s", "sort", "sort", "Sort by index, loss, confidence or margin; the same again reverses."),
    Action("digits", "f", "views", "views", "Forgotten digits, wrong ones that it is sure of, label errors, your own."),
    Action("digits", "w", "wrong", "wrong", "Show only digits that the network gets wrong, or all."),
    Action("digits", "n,right,l", "step(1)", "next", "The next digit.", key_display="n"),
    Action("digits", "y", "why", "why", "Show which pixels speak for its answer, and which against it."),
    Action("digits", "p,left,h", "step(-1)", "prev", "The previous digit.", key_display="p"),
    Action("digits", "r", "random", "random", "A random digit, large."),
    Action("digits", "v", "art", "drawing", "Change the drawing: characters, half blocks, braille, gray pixels."),
    Action("digits", "left_square_bracket", "epoch(-1)", "epoch", "Show the epoch before.", key_display="["),
    Action("digits", "right_square_bracket", "epoch(1)", "epoch", "Show the epoch after.", key_display="]"),
    Action("digits", "u", "now", "now", "Have the network look at all digits under its weights of now."),
    Action("digits", "N", "nearest", "nearest", "Show the training digits that the network finds most alike."),
    Action("digits", "x", "sheet", "sheet", "Write the digits that are shown as a contact sheet: PNG and text."),
    Action("digits", "escape", "back", "back", "Leave the digit, the filter, the epoch, then the view."),
)
