"""One screen a file, and the dialogs that belong to several. A screen shows a State and posts what the user wants.

Widgets that several screens use are in `tui/widgets/`; what a wish leads to is in `tui/app/handlers/`. Read `base.py`
first, then `dialogs.py`; what dialogs ask is in `questions.py`.
"""
