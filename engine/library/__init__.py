"""Runs for a notebook: what was recorded of them, as columns of numpy, or pandas where that is installed.

    import engine

    run = engine.Runs("checkpoints")[3]
    run.epochs["test_accuracy"]
    run.steps.to_pandas().plot(x="step", y="loss")

Nothing here needs an engine that runs, and nothing is written. In the order to read them:

    table.py: columns of equal length
    histories.py: the log of a run as tables
    digits.py: what a run thought of each digit, as a table
    runs.py: the runs of a folder, and one of them
    example.ipynb: a notebook that uses them
"""
