"""`mnist-tui models` and `trust`: the networks, and the code that a run brings.

Read `command.py` first.
"""
