"""The keys of the screen Inside. Its views are named on the screen, so their keys are not in the footer."""

from tui.state.actions.action import Action

INSIDE = (
    Action(
        "inside", "f", "view('layers')", "maps", "Filters of the first layer, and what each layer makes of a digit.",
        footer=False,
    ),
    Action("inside", "w", "view('weights')", "weights", "Weights and activations; dead units.", footer=False),
    Action("inside", "y", "view('why')", "why", "Which pixels speak for a class, and which against it.", footer=False),
    Action("inside", "m", "view('map')", "map", "All test digits in two dimensions.", footer=False),
    Action("inside", "n", "step(1)", "next", "The next test digit."),
    Action("inside", "p", "step(-1)", "prev", "The previous test digit."),
    Action("inside", "r", "random", "random", "A random test digit."),
    Action("inside", "slash", "number", "number", "Go to a test digit by its number.", key_display="/"),
    Action("inside", "o", "method", "method", "Explain by integrated gradients, gradient times input, or occlusion."),
    Action("inside", "c", "change", "why not", "The smallest change of the picture to the class under the cursor."),
    Action("inside", "u", "anew", "now", "Look again, at the weights of this moment."),
    Action("inside", "escape", "back", "back", "Leave the number, the one layer, the changed picture."),
)  # fmt: skip
