"""Digits as points in the space of a network's features: what its last layer sees of them.

In the order to read them:

    features.py: the input of the last layer
    neighbours.py: the training digits that lie nearest to one
    principal_axes.py: two dimensions of many, turned so that a map does not jump
    answers.py: answers to screens, and what is kept between two of them
"""
