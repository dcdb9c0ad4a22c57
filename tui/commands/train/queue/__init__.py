"""`mnist-tui queue`, and `train --wait` and `--queue`: runs that wait until nothing trains.

In the order to read them:

    command.py: options of queue
    change.py: the queue changed, by the engine or where there is none
    report.py: the list
    turn.py: a run followed from its place in the queue on
    enqueue.py: runs put into the queue, without waiting for them
"""
