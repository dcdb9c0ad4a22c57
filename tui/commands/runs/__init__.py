"""`mnist-tui runs`, `evaluate`, `predict` and `compare`: what was trained, and how good it is.

Read `command.py` first; `report.py` and `compare_report.py` have the words.
"""
