"""One screen a file, and the dialogs that belong to several. A screen shows a State and posts what the user wants.

Widgets that several screens use are in `tui/widgets/`; what a wish leads to is in `tui/app/`. Read `base.py` first.
"""
