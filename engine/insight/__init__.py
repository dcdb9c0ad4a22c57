"""What is computed about a network: what it answers, how sure it is, and why.

Above the training of it, and below those who ask. In the order to read them:

    beliefs/: what a run thought of each digit after each epoch
"""
