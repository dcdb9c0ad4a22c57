"""Networks that users bring as code: found, checked in a process of their own, loaded, and kept from changing others.

In the order to read them:

    code.py: which code may run
    load.py: from code to a network
    check.py, check_child.py: the check in a process of its own: from outside, and within
    isolation.py, monkey_patches.py: what its code changes is undone for everybody else
    unregistered_parameters.py: weights that torch does not see
"""
