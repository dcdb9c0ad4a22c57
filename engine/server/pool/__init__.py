"""Several runs at once: processes that train a run or trials each, beside the engine that commands them.

A process is a whole worker, with a pipe in the place of clients: what it does is in `engine/server/job_process.py`. In
the order to read them:

    process.py: one such process
    place.py: what it does, and what it was asked
    pool.py: all of them: begun, stopped, and what becomes of one that is lost
    trials.py: trials of one study
    commands.py: the commands that they carry out
    planning.py: how many there can be: cores, GPUs and memory
"""
