"""`mnist-tui train` and `find-lr`: one run, or one with each of several seeds, followed without a screen.

Read `command.py` for the options, `one_run.py` for what becomes of them, `follow.py` for what is printed meanwhile;
`tune` shows a study with the same displays, interrupts and events.
"""
