"""`mnist-tui inspect` and `gallery`: what a run thought of each digit.

In the order to read them:

    command.py: options
    asking.py: the questions, and all parts of a gallery as rows
    report.py: in words and tables
"""
