"""The folder of a run: `run.json`, its log `events.jsonl`, and its checkpoints.

What a run does while it trains is in `engine/training/`. In the order to read them:

    folders.py, listing.py: run folders, and the list of them
    record.py: `run.json`
    log_writer.py: what a run that trains writes
    trash.py: deleted, restored, and gone
    event_log.py: `events.jsonl`, line by line
    bounded_history.py: a log of any length, as a screen can take it
    lineage.py: checkpoints that another run can begin with
    queue_file.py: `queue.json`, the runs that wait
    checkpoint.py, checkpoint_safety.py: saved and loaded whole, and never more than weights
"""
