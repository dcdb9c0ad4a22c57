"""`mnist-tui train`, `queue` and `find-lr`: one run, or one with each of several seeds, followed without a screen.

In the order to read them:

    command.py: options
    one_run.py: from the command to the exit status
    follow.py, own_events.py: a run followed to its end, by the events that are its own
    displays.py, outcome.py: what is printed meanwhile, and at the end
    interrupts.py: Ctrl-C meanwhile
    queue/: queue, and runs that wait
    seeds/: one run for each seed, one after another or several at once, and what they add up to
    lr_finder.py: find-lr
"""
