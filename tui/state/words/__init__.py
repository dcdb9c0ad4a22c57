"""Events, runs, trials, hyperparameters, figures and networks in words, for screens and for commands alike. Pure.

Read `events.py` first: it is made of the others.
"""
