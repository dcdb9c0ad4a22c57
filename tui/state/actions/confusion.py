"""The actions of the confusion screen, of its matrix and of what is reached from it."""

from tui.state.actions.action import Action

CONFUSION: tuple[Action, ...] = (
    Action("confusion", "escape", "back", "back", "Leave calibration, robustness, the details, the past epoch."),
    Action("confusion", "c", "calibration", "calibration", "Show whether the run is as sure as it is right."),
    Action("confusion", "b", "robustness", "robust", "Show how right runs stay on corrupted digits."),
    Action(
        "confusion",
        "left_square_bracket",
        "epoch(-1)",
        "epochs",
        "Show the matrix of the epoch before; ] shows that of the epoch after.",
        key_display="[ ]",
    ),
    Action(
        "confusion",
        "right_square_bracket",
        "epoch(1)",
        "next epoch",
        "Show the matrix of the epoch after.",
        footer=False,
        key_display="]",
    ),
    Action("confusion", "percent_sign", "shares", "shares", "Show shares of each row, or counts.", key_display="%"),
    Action(
        "confusion",
        "i",
        "inspect",
        "details",
        "Show what has no room: mistakes and classes; of calibration the diagram.",
    ),
    Action("confusion", "u", "again", "measure again", "Measure again, with the weights of now."),
    Action("confusion", "a", "all_images", "all images", "Test on all test images, or on the first 1,000."),
    Action("confusion", "x", "stop_measuring", "stop measuring", "End what is being measured."),
)
