"""What becomes of wishes about runs.

What trains now is in `tui/app/handlers/training.py`. In the order to read them:

    opened.py: runs listed, opened, closed, resumed
    listed.py: runs marked, named, starred, deleted, restored
    queue.py: runs that wait
    forks.py: runs that begin with the weights of another
    reports.py: runs as a page
"""
