"""A run in TensorBoard, MLflow and other trackers: sent while it trains, from the log in its folder.

The log is complete and survives a crash, so it is the source: a process of its own for each tracker reads it from where
the tracker has confirmed, and sends. Training never waits for it, what a tracker does not take now it gets later, and a
library that crashes takes nobody with it. In the order to read them:

    trackers.py: which trackers there are, and `--log-to` checked
    batch.py: what a tracker takes, and what it is
    translate.py: events of a log as points, notes and pictures
    pictures/: confusion matrix and worst digits
    services/: TensorBoard, MLflow, Trackio
    cursor.py: how far a tracker is, in the folder of the run
    log_reader.py: a log from a place on
    sender.py: one run, sent to one tracker
    trials.py: the trials of a study, which have no log
    __main__.py: the process that sends
    processes.py: such processes, begun and heard by the engine
"""
