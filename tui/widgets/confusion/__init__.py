"""Which digits are taken for which.

In the order to read them:

    shades.py: how often, as a colour or a character
    matrix_layout.py, margins.py, matrix.py: the matrix, what stands around it
    class_bars.py: how many of each class are missed, and wrongly taken for it
    mistakes.py: the most frequent mistakes, with a digit of each
    cell_digits.py: the digits of the cell under the cursor
    examples.py: digits of each class, where there is no matrix yet
"""

from tui.widgets.confusion.matrix import ConfusionMatrix
from tui.widgets.confusion.shades import heat

__all__ = ["ConfusionMatrix", "heat"]
