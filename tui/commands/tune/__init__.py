"""`mnist-tui tune` and `studies`: a search followed without a screen, and those that there are.

In the order to read them:

    command.py: options
    follow.py: what is printed while a study trains
    studies.py: those that there are
"""
