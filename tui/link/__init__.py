"""The way to the engine: find it or start it, attach, send commands, receive events, tell when it is silent.

Nothing here draws or prints. In the order to read them:

    client.py, errors.py: a connection, and what can go wrong with it
    start.py: an engine is found or started
    session.py, attach.py: all that one command asks, and a session for as long as it needs one
    waiting.py, watchdog.py: before it answers, and when it no longer does
    stop.py: how it is ended
    export_process.py: another process, which writes what runs have learned for other programs
    logout.py, torchrun.py: started so that it outlives a login, or as several processes
"""
