"""The main thread of the engine: it carries out commands between two training steps.

What a command does to a network is in `engine/training/` and `engine/tuning/`; here are the checks before it, and the
events about it. Read `command_loop.py` first, then
`command_handler.py` and `jobs.py`.
"""
