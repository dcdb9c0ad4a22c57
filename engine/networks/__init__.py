"""Networks: how one is built, and what it consists of. `catalogue/` has the program's own, `own/` is for users' code.

Their names and options are in `engine/vocabulary/architectures.py`; training them is not this room's. In the order to
read them:

    build.py: from a configuration to a network
    compiled.py: compiled, for training
    summary.py: its layers, parameters and FLOPs
    catalogue/: the program's own networks
    own/: users' networks
"""
