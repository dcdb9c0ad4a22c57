"""What both processes speak: hyperparameters, messages, and the names of what can be chosen.

Everything here is a value, or computes one: no torch, no numpy, and no file is opened. What is written to disk is in
`engine/storage/`. Read `config.py` first, then `messages/`.
"""
