"""`mnist-tui train` and `find-lr`: one run, or one with each of several seeds, followed without a screen.

Read `command.py` for the options, `follow.py` for what is printed meanwhile.
"""
