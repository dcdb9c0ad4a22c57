"""What both processes speak: hyperparameters, messages, and the names of what can be chosen.

Everything here is a value, or computes one: no torch, no numpy, and no file is opened. What is written to disk is in
`engine/storage/`. In the order to read them:

    config.py, fields.py: every hyperparameter, declared once; and what one is
    messages/: every command and event
    architectures.py: the networks by name
    schedule.py: how the learning rate changes
    presets.py: hyperparameters that go together
    search_space.py: what a study searches
    batches.py: how many images and batches an epoch has
    log_summary.py: what a log says of its run
    preprocessing.py, run_conventions.py: how images were read and divided, on record with a run
"""
