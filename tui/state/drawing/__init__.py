"""A digit that the user draws, and what the engine says of it. Pure.

In the order to read them:

    canvas.py: strokes on a canvas, and a picture below them
    raster.py: a canvas as the pixels that the engine gets
    sketch.py: a canvas as it is drawn: pen, brush, undo
    answers.py: what the engine says: the answer, why, what is saved
"""
