"""A first visit: ten steps on the real program, each done by the user. Nothing else imports this room.

In the order to read them:

    moment.py: what a step is judged by
    needs.py: what each step needs before its own keys
    steps.py: the ten steps, and what each says, as data and pure functions
    progress.py: which steps are done, kept in a file
    strip.py: the lines on each screen that say what to do
    last_page.py: where to read on
    app.py: the app with all of this
    command.py: `mnist-tui tour`
"""
