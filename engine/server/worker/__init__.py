"""The main thread of the engine: it carries out commands between two training steps.

What a command does to a network is in `engine/training/` and `engine/tuning/`; here are the checks before it, and the
events about it. In the order to read them:

    command_loop.py, command_handler.py: one command after another, between two steps, and what each does
    checks.py: whether it can be carried out
    jobs.py: what trains: a run, a study or the learning-rate finder
    run_queue.py: runs that wait until nothing trains
    begin_run.py, active_run.py: a run is begun, trained and recorded
    fork.py: a run from a checkpoint of another
    loaded_data.py: the data set in memory
    inspection.py: what a network says of images
    network_checks.py: users' networks, checked while the engine goes on
"""
