"""The app: the screens put together, attached to a terminal and to an engine.

What one screen shows is in `tui/screens/`. In the order to read them:

    main.py, app.tcss: `MnistApp`, which is all that follows put together
    handlers/: what becomes of a screen's messages and of keys, a class for each subject
    engine.py: events in, commands out
    first_use.py: screens that are imported when they are opened
    screens.py: one state, the screen in front, and questions
    themes.py: colours that can be read
    pace.py: when it is drawn
    terminal.py: frames, signals, the bell
"""
