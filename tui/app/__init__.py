"""The app: the screens put together, attached to a terminal and to an engine.

What one screen shows is in `tui/screens/`. Read `main.py` first; its base classes are `training.py`, `engine.py` and
`terminal.py`, each on top of the next.
"""
