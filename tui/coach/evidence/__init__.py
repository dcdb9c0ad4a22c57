"""What the rules of the coach judge by: what a run has learned of late, trends and how certain they are, usual values.

No rule is here, and no text for a user. In the order to read them:

    progress.py: recent losses and epochs, and whether they are better than guessing
    trends.py: means, and fitted lines with their standard errors
    usual_values.py: which learning rate and decay are usual
"""
