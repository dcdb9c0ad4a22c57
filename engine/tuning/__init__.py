"""Studies: a search for hyperparameters by many short runs, kept where several engines can share it.

What is searched, as text, is in `engine/vocabulary/search_space.py`. In the order to read them:

    study.py: trials proposed, and learned from
    active.py, begin.py: the study in progress, and the checks before it
    watched.py: one whose trials are trained at once, by other processes
    definition.py, opening.py: what engines that share one agree on, and how they join it
    kept/: where it is kept: a database, or a journal and its lock
    files.py, listing.py: the studies of a folder of runs: their names, and what came of them
    history.py, trial_summary.py: its events in bounded size, and how one trial stands
"""
