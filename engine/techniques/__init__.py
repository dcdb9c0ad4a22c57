"""What training is made of, each technique by itself: optimizers, augmentation, mixup, averaged weights, precision.

A technique takes tensors and a configuration, and knows no run; the loop that uses them is in `engine/training/`.
Read `optimizers.py` and `augmentation.py` first.
"""
