"""The coach: rules that watch a run, say what they see, and know a remedy. Pure; no Textual, no torch.

What an advice is: `tui/state/advice.py`; how one is shown: `tui/widgets/coach.py`. In the order to read them:

    rules.py: all rules, the most pressing first
    watch.py: when they are asked
    rate_too_high.py, rate_too_low.py, generalisation.py, regularisation.py: rules about hyperparameters
    data.py, labels.py: rules about the data
    throughput.py: the rule about time
    evidence/: what rules judge by
"""
