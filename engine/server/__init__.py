"""The engine as a process that serves screens: clients come and go, and their commands reach the worker.

The listener's thread never waits for training; what trains is in `worker/`, the process itself in `engine/__main__.py`.
Read `protocols.py` first, then `listener.py`, `command_router.py` and `broadcast.py`.
"""
