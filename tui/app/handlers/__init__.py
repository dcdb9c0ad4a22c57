"""What the app does when a screen asks for something, and for keys that work on every screen: a file for each subject.

A class of handlers derives from `EngineApp`, or from handlers whose methods it calls. Textual finds its `@on` handlers,
`action_...` methods and `on_mount` once it is a base of `MnistApp` in `tui/app/main.py`; `receive` and `check_action`
are passed on with `super()`. Read `digits.py` first.
"""
