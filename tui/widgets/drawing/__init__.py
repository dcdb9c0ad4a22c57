"""What is drawn, and what the network says of it.

In the order to read them:

    canvas.py: the canvas, for the mouse and the keys
    cells.py: its pixels as characters
    seen.py: beside it, what stands where
    pictures.py: the picture that the network sees, and why it answers so
    answer.py: its answer
"""
