"""`mnist-tui bench`: what is measured, and how it is told.

The other ways to train that it compares with are in `engine/benchmark/`. In the order to read them:

    command.py: the options
    suite.py: from the first measurement to the table
    throughput.py, accuracy.py: epochs beside other ways to train, and time to an accuracy
    busy.py: training beside other programs
    pseudo_terminal.py, picture.py: a terminal for the program, and what stands on it
    screen/: what the screen costs there
    report.py: the tables of the others
"""
