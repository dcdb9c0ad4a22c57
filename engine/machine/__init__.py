"""This machine: its devices, cores and processes, and how processes find and watch one another.

Nothing here knows what is trained. Read `device.py` and `threads.py` for what a run uses, `process_group.py` for
several processes that train one network.
"""
