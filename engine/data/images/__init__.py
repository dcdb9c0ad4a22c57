"""One picture of a digit: decoded, made grey, its ink found, and scaled and centred as MNIST's are.

Whole folders of pictures are in `engine/data/`. Read `preprocess.py` first: it calls the others.
"""
