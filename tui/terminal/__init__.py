"""The way to the terminal: what is written to it, what it sends, and text made harmless for it.

Nothing here knows of runs. In the order to read them:

    driver.py, input.py: what the terminal sends, in whole pieces
    flow_control.py, frame_diff.py, line_filters.py: what is written to it, and no more than changed
    sanitize.py, ascii.py: text that acts on nothing, and that any terminal has
    notifications.py: the bell
    printing.py: what commands print
    png.py: pictures that they write
"""
