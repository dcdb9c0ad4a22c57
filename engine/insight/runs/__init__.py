"""The networks that questions are about.

In the order to read them:

    network.py: a run's network, live or from a checkpoint, and how it is asked
    undisturbed.py: a network that is asked, and left as it was
    temperatures.py: the temperature of weights that were saved without one
    find.py: networks and data of runs, by the names of the runs
"""
