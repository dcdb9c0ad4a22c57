"""Mistakes of a run, how sure it is and how it stands corrupted digits, as screens show them. Pure.

In the order to read them:

    answers.py: what was asked of the engine and what it answered
    figures.py: precision, recall, F1 and support of each class, the most frequent mistakes
    epochs.py: which epochs have a matrix
    words.py, certainty_words.py: all of it in words
    log_odds.py: the scale on which 90, 99 and 99.9 % lie equally far apart
"""
