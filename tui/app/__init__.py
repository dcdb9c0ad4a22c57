"""The app: the screens put together, attached to a terminal and to an engine.

What one screen shows is in `tui/screens/`, and what becomes of its messages in `tui/app/handlers/`, a class of handlers
for each subject. Read `main.py` first: `MnistApp` has these classes as bases, which derive from the app in `engine.py`,
and that from `screens.py` and `terminal.py`.
"""
