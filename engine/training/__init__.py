"""Training one network: the loop, a step of it, the run it belongs to, its tests, and how it is resumed.

As a library: `from engine import RunConfig, Run, train, load_data`. Clients and commands are in `engine/server/`,
several runs in search of hyperparameters in `engine/tuning/`. Read `loop.py` first, then `run.py` and
`state.py`.
"""
