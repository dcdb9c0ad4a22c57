"""Networks that users bring as code: found, checked in a process of their own, loaded, and kept from changing others.

Read `code.py` for which code may run, `load.py` for how it becomes a network, `isolation.py` for what it must not do.
"""
