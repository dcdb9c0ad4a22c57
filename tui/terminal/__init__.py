"""The way to the terminal: what is written to it, what it sends, and text made harmless for it.

Nothing here knows of runs. Read `driver.py` for input, `frame_diff.py` for output, `sanitize.py` for text.
"""
