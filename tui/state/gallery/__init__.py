"""Digits as a gallery: what a network makes of each, which are shown, and in which order. Pure.

In the order to read them:

    rows.py: all digits of a part of the data, as the engine tells them page by page
    language.py: from what was typed to a filter of digits
    sorting.py: the orders
    views.py: ready-made views, some of which are lists of digits that the engine makes
    in_full.py: one digit, and all that is known of it
    answers.py: what was asked for the screen of digits, and what came of it
"""
