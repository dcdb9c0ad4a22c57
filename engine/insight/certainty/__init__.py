"""How sure a network is, and how sure it may be.

What is asked comes as messages of `engine/vocabulary/messages/certainty_messages.py`. In the order to read them:

    calibration.py: whether it is as sure as it is right: bins, expected calibration error, likelihood, Brier score
    rejection.py: what it leaves to a person below a threshold
    held_out.py: the images that a temperature is fitted to, and where that of older weights is kept
    questions.py, asked.py: what is asked about which images, and who answers
    corruptions.py, warps.py: digits turned, moved, blurred or noisy, by strength
    robustness.py: how right it stays under them
    together.py: several networks on the same digits: averaged as one, and where two disagree
"""
