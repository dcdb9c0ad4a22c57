"""The charts of a run and of several: how they are looked at, what is drawn in them, and the pane that holds them.

In the order to read them:

    view.py: zoom, axes, smoothing; pure
    clock.py, curves.py, overlay.py: a run as lines, on each x axis; other runs with their letters; pure
    ranges.py: what part of the lines is shown; pure
    plots.py, pane.py: what each chart shows; all of them, and what keys and the mouse do there
    actions.py: what keys do to them
    keyed.py: charts with keys of their own, on screens that have others
"""
