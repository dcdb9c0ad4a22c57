"""Events, runs, trials, hyperparameters, figures and networks in words, for screens and for commands alike. Pure.

In the order to read them:

    events.py: the lines of the log
    options.py: a configuration as options, and as a command to copy
    networks.py: the layers of a network
    choices.py: what each choice of a list means
    runs.py, trials.py: a line for a run, and for a trial
    run_columns.py, run_differences.py: the columns of a list of runs, and what differs between several
    values.py, figures.py, metrics.py: hyperparameters, percentages, durations
"""
