"""`mnist-tui presets` and `mnist-tui config`: what the user keeps.

In the order to read them:

    presets.py: presets of hyperparameters
    config.py: preferences
"""
