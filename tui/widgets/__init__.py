"""One widget a file; each gets its state by reactives or one `show` method, and posts messages up.

Read `cells.py` first: most are drawn with it, line by line.
"""
