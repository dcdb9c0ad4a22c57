"""`mnist-tui bench`: what is measured, and how it is told.

The other ways to train that it compares with are in `engine/benchmark/`. In the order to read them:

    command.py: the options
    suite.py: from the first measurement to the table
    throughput.py, accuracy.py: epochs beside other ways to train, and time to an accuracy
    busy.py: training beside other programs
    screen.py, startup.py, pseudo_terminal.py: what the screen costs, in a terminal of its own
    report.py: the tables
"""
