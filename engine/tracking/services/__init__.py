"""The trackers of this program; each imports its library, and is imported only when it is used.

In the order to read them:

    tensorboard.py: event files
    mlflow.py: a server
    trackio.py: a database of this user
"""
