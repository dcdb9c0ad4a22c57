"""`mnist-tui models` and `trust`: the networks, and the code that a run brings.

In the order to read them:

    command.py: options
    report.py: the tables
"""
