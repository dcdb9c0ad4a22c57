"""The way to the engine: find it or start it, attach, send commands, receive events, notice when it is silent.

Nothing here draws or prints. Read `client.py` first, then `session.py`, which commands without a screen use.
"""
