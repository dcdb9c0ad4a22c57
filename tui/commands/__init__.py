"""The commands of mnist-tui. Each imports what it needs when it runs, so that `--help` answers at once.

A subject with several files is a folder, whose `command.py` has the options. What the app shows is in `tui/screens/`.
Read `shared_options.py` and one command, say `presets.py`, first.
"""
