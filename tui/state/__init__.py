"""What the screen knows: the state that the engine's events add up to, and the words for it. Pure.

Nothing here draws, reads a key or sends a command; the rules that judge a run are in `tui/coach/`. In the order to read
them:

    state.py: what is known at one moment
    store.py: from one event to the next state
    run.py, study.py: a run, a study as its events add up
    actions/: every key
    drawing/: a digit that is drawn
    advice.py: what the coach said
    inside.py: what was asked about the inside of a network
    significance.py: what a few values prove
    marks.py: runs that are marked, to be compared
    confusion/: mistakes, how sure a run is, how it stands corrupted digits
    class_words.py: names of classes cut to fit, and sentences about digits for other classes
    run_numbers.py: runs as people name them
    run_filter/: which runs of the list are shown, and in which order
    gallery/: digits, and what was asked about them
    words/: all of it in words
"""
