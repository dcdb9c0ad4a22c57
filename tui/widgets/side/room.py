"""How much room the right side of the train screen takes."""

NARROW = 100  # columns of the screen, below which there is no room beside the charts
WIDE = 160  # columns of the screen, from which the digit has a column of its own
