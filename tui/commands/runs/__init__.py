"""`mnist-tui runs`, `evaluate`, `predict`, and `compare`: what was trained, and how good it is.

In the order to read them:

    listed.py, changes.py, one_run.py: the list of runs, what changes it, and all that is known of one
    evaluate.py, command.py, report.py: options of evaluate and predict, and what they and the list print
    certainty/: how sure runs are, how robust, and what several are worth as one
    compare.py, comparison.py, compare_report.py: two configurations compared, by which rule, and what is said of it
"""
