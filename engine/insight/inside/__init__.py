"""What a network has inside: filters, what each layer makes of a digit, weights and activations in numbers.

In the order to read them:

    layers.py: what each layer returns, seen by hooks, whatever the network
    as_maps.py: values of any shape as maps of bytes
    figures.py: histograms, and units that are never active
    answers.py: answers to screens
"""
