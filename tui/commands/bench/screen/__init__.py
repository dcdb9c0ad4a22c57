"""`mnist-tui bench --screen`: what the screen costs.

In the order to read them:

    costs.py: what is measured, from the first start to the last key
    startup.py: `--help` and the first step, compared with Python and torch alone
    long_list.py: the screen of runs with hundreds of them
    training.py: what it costs what trains, and how soon it answers meanwhile
    redraw.py: charts in which twenty runs lie over each other
    report.py: the rows, and their limits
"""
