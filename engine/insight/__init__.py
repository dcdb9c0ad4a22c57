"""What is computed about a network: what it answers, how sure it is, and why.

Questions are answered on live weights between two steps, and on those of finished runs, and change nothing of either.
Above the training of networks, and below those who ask. In the order to read them:

    runs/: the networks that are asked, and how
    pieces.py: long answers, given a piece at a time between training steps
    asked.py: the picture that a question is about
    beliefs/: what a run thought of each digit after each epoch
    certainty/: how sure it is, and how sure it may be
    reasons/: why a network answers as it does
    inside/: its filters, layers and weights
    space/: digits by the features that its last layer sees
    drawing/: digits that a user draws
    answers.py: which question is answered where
"""
