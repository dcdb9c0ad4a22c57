"""`mnist-tui bench`: what is measured, and how it is told.

The other ways to train that it compares with are in `engine/benchmark/`. Read `suite.py` first.
"""
