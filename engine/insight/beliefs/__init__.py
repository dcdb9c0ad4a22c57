"""What a run thought of each digit after each epoch: kept while it trains, and read by screens.

Only `recorder.py` and `live.py` need torch. In the order to read them:

    quantised.py: a probability, and a loss, in one byte
    records.py: the file, record by record
    belief_log.py: written while a run trains
    recorder.py: taken from what training computes anyway
    history.py: read again, as arrays
    learning.py: learned, forgotten, never learned
    label_errors.py: training images whose label is likely wrong
    gallery.py: all digits at once, in few bytes
    answers.py: questions of screens, answered from the file
    live.py: the same from the weights of the moment, and pixels
"""
