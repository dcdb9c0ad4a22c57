"""`mnist-tui runs`, `evaluate`, `predict` and `compare`: what was trained, and how good it is.

In the order to read them:

    command.py, report.py: options of runs, evaluate and predict, and what they print
    compare.py, compare_report.py: two configurations compared, and what is said of it
"""
