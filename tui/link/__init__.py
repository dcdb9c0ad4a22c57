"""The way to the engine: find it or start it, attach, send commands, receive events, tell when it is silent.

Nothing here draws; what is waited for goes to a callback, or to stderr. Read `client.py` first, then `start.py`;
commands without a screen use `session.py`, through `attach.py`.
"""
