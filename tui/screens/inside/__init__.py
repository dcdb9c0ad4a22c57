"""The screen Inside: four views of a network, and what each of them asks of the engine.

In the order to read them:

    view.py: what the views share
    layers.py: filters of the first layer, and what each layer makes of a digit
    weights.py: weights and activations in numbers
    why.py: which pixels speak for a class, and the smallest change to another
    digit_map.py: all test digits in two dimensions
    views_line.py: the views by their keys
    welcome.py: what there is without a network
    screen.py: the screen: its views, its digit, its keys
"""
