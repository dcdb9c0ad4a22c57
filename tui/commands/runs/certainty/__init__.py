"""How sure runs are and how sure they may be, for `mnist-tui evaluate`, `predict` and `compare`.

In the order to read them:

    ask.py: a question that takes a while, and Ctrl-C meanwhile
    intervals.py: accuracies with their uncertainty, for programs and for people
    calibration.py: `evaluate --calibration`
    robustness.py: `evaluate --robustness`
    together.py: `evaluate --ensemble`
    digits.py: `compare`, digit by digit
"""
