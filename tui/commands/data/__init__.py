"""`mnist-tui data`: look at the data set, download it, export it.

Read `command.py` first.
"""
