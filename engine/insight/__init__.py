"""What is computed about a network: what it answers, how sure it is, and why.

Above the training of it, and below those who ask. In the order to read them:

    network.py: a run's network, live or from a checkpoint, and how it is asked
    pieces.py: long answers, given a piece at a time between training steps
    beliefs/: what a run thought of each digit after each epoch
    certainty/: how sure it is, and how sure it may be
"""
