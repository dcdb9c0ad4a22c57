"""The right side of the train screen: a digit under the live weights, the figures, the machine.

In the order to read them:

    room.py, pane.py: what it takes; what stands where, and which digits are asked for
    run_panel.py, figures.py: the figures; and how they are worded, pure
    trail.py: how the answers for a digit moved; pure
    live_digit.py: one digit, and how sure the network is
    machine.py: processors, memory, GPUs
    sparkline.py: values as a line of bars; pure
    strip.py: the figures on one line, where there is no side
"""
