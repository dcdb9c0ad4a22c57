"""Digits as a gallery: thumbnails that fill a pane, and one digit in full.

In the order to read them:

    thumbnails.py: a digit in 14 by 7 cells, and what stands below it
    filter_line.py: what digits are filtered by
    sheet.py: a contact sheet
    grid.py: as many of them as there is room for, with a cursor
    pixels.py: gray values as colours of half blocks
    ten.py: the probabilities, before and after calibration, and how they moved
    facts.py: what is known of a digit, in words
    nearest.py: training digits that the network finds alike
    detail.py: all of that for one digit
"""
