"""`mnist-tui train --seeds`: one configuration with several seeds.

In the order to read them:

    series.py: one seed after another, and what they add up to
    at_once.py, displays.py: several at once, each in a process of its own
    report.py: the result in words
"""
