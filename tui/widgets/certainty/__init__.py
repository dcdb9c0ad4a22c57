"""How sure a run is, and how it stands corrupted digits.

In the order to read them:

    reliability.py: how often it is right by how sure it is
    rejections.py: what it costs to answer only where it is sure
    corruption_chart.py, corruption_grid.py: accuracies by the strength of each corruption
    corruption_detail.py: one of them in full
"""
