"""The screen of confusion, and what is reached from it.

In the order to read them:

    screen.py: the screen: which of its views is in front
    view.py: what its views share
    matrix_view.py, matrix_parts.py: which digits are taken for which, epoch by epoch
    calibration_view.py: whether a run is as sure as it is right
    robustness_view.py: how right runs stay on corrupted digits
"""

from tui.screens.confusion.screen import ConfusionScreen

__all__ = ["ConfusionScreen"]
