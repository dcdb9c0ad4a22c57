"""What is computed about a network: what it answers, how sure it is, and why.

Above the training of it, and below those who ask. In the order to read them:

    network.py: a run's network, live or from a checkpoint, and how it is asked
    beliefs/: what a run thought of each digit after each epoch
"""
