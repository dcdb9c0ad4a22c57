"""`mnist-tui data`: look at the data set, download it, export it.

Read `command.py` first; `report.py` has the words, `transfers.py` what takes long.
"""
