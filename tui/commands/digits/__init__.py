"""`mnist-tui inspect`, `gallery` and `why`: what a run thought of its digits, and why.

In the order to read them:

    command.py: options of inspect and gallery
    asking.py: the questions, and all parts of a gallery as rows
    report.py: in words and tables
    why.py: the command, and what it prints
    heat.py: heat over a digit, as text and as colours
    png.py: a picture file
"""
