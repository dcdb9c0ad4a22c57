"""Results that leave the program: `mnist-tui export`, `report` and `track`.

In the order to read them:

    export.py: histories, charts and weights as files for other programs
    report.py: runs as one page; what it says is in tui/report/
    track.py: runs sent to TensorBoard and others afterwards
"""
