"""Events, configurations and networks in words, for screens and for commands alike. Pure.

Read `events.py` first.
"""
