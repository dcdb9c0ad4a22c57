"""`mnist-tui data`: look at the data set, download it, export it.

In the order to read them:

    command.py: options
    report.py: a data set in words
    transfers.py: downloads and exports, with their progress
"""
