"""Digits that a user draws.

They are read as `predict` reads files (engine/data/images/). In the order to read them:

    classify.py: what a network says of a drawing
    own_digits.py: a drawing kept with its label, in a set of the user's own to test on
"""
