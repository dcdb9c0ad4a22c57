"""Training one network: the loop, a step of it, the run it belongs to, its tests, and how it is resumed.

As a library: `from engine import RunConfig, Run, train, load_data`. Clients and commands are in `engine/server/`,
several runs in search of hyperparameters in `engine/tuning/`. In the order to read them:

    loop.py: from the first step to the last
    run.py: the network and how far it is
    step.py: one batch
    evaluation.py, validation.py: what is predicted, and which epoch is best
    state.py: what a checkpoint takes down, and what it puts back
    lr_finder.py: losses over increasing rates
    diagnostics.py, memory.py: dead units, gradients and waiting for input; memory that runs out
    reseeding.py: chance that follows the seed beside users' code
    worker_rank.py: a process that trains along
"""
