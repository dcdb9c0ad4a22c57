"""What the rules of the coach judge by: what a run has learned of late, trends and how certain they are, usual values.

No rule is here, and no text for a user. Read `progress.py` first.
"""
