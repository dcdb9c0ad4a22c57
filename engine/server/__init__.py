"""The engine as a process that serves screens: clients come and go, and their commands reach the worker.

The listener's thread never waits for training; what trains is in `worker/`, the process itself in `engine/__main__.py`.
In the order to read them:

    protocols.py: what listener and worker know of each other
    listener.py, connection.py: the socket, and one client of it
    command_router.py: where its commands go
    broadcast.py, snapshot.py: events to all clients, and what one that attaches is told
    single_instance.py: one engine for a folder of runs
    hang_watch.py: an engine ends when it has to, whatever hangs
    worker/: the thread that trains
    pool/, job_process.py: several runs at once, in processes beside it
"""
