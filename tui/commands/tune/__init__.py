"""`mnist-tui tune` and `studies`: a search followed without a screen, and those that there are.

Read `command.py` first.
"""
