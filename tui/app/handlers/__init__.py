"""What the app does when a screen asks for something, and for keys that work on every screen: a file for each subject.

A class of handlers derives from `EngineApp`, or from handlers whose methods it calls. Textual finds its `@on` handlers,
`action_...` methods and `on_mount` once it is a base of `MnistApp` in `tui/app/main.py`; `receive` and `check_action`
are passed on with `super()`. In the order to read them:

    digits.py: test digits, whose weights tell them, and contact sheets
    confusion.py: what is asked about mistakes, calibration and robustness
    inside.py: what a network has inside
    runs/: runs opened, listed, waiting, forked
    drawing.py: a digit that is drawn
    exports.py: runs written as files for other programs
    requests.py: what the engine refuses is told
    training.py: what trains is started, paused, stopped, left
    setup.py, presets.py: the form
    tuning.py: studies
    coach.py: advice followed, explained, dismissed
    palette.py: commands by name
    preferences.py: what is changed on the screen is remembered
    data.py: downloads, and what is wrong with the data
"""
