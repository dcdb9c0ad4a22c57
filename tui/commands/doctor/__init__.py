"""`mnist-tui doctor`: what a bug report needs, and what is wrong with this machine.

Nothing here is needed to train; nothing starts an engine or imports torch. In the order to read them:

    command.py, deadline.py: the command, how it prints what was found, and that it ends
    findings.py: a finding; checks that run side by side, none for longer than it may
    program.py: versions, libraries, preferences
    terminal.py: the terminal, its colours, the locale
    machine.py: cores, memory, limits, the clock
    folders.py: where runs, cache and sockets go: space, rights, locks
    accelerators.py, probing.py: torch, the GPU and its driver, asked in processes of their own
    engine.py: the engine of this folder of runs
"""
