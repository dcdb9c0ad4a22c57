"""Other ways to train the same network, which `mnist-tui bench` compares this program with.

Nothing else imports this room; measuring is in `tui/bench/`. Read `baselines.py`.
"""
