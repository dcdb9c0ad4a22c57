"""What a report says, section by section, in the words of the screens; what it looks like is in `page/`.

In the order to read them:

    names.py: what runs are called, and their colours
    document.py: all sections, as one document
    side_by_side.py: values of several runs, once where they are the same
    results.py: the figures in large, or a table of several runs, and what seeds add up to
    curves.py: the charts over epochs, and the figures they are drawn from
    mistakes.py: confusion and the worst digits
    certainty.py: calibration and robustness
    configuration.py: hyperparameters, what differs, and the commands that train it again
    course.py: what happened to the runs
    origin.py: data, machine, versions
"""
