"""Networks: how one is built, and what it consists of. `catalogue/` has the program's own, `own/` is for users' code.

Their names and options are in `engine/vocabulary/architectures.py`; training them is not this room's. Read `build.py`
first.
"""
