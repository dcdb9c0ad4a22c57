"""What training is made of, each technique by itself: optimizers, augmentation, mixup, averaged weights, precision.

A technique takes tensors and a configuration, and knows no run; the loop that uses them is in `engine/training/`. In
the order to read them:

    optimizers.py, muon.py: the optimizers by name, and the one that torch has not
    augmentation.py, augmentation_preview.py: distorted images, for training and for a look before it
    rectangles.py, mixup.py: parts of images left out, and images combined
    ema.py: averaged weights
    adam_in_pieces.py: Adam for small networks, on the many processors of a GPU and on CPUs
    branch.py: the gradients of weights, beside the rest of a step
    precision.py: floating-point numbers
    lr_suggestion.py: a learning rate from the finder's losses
"""
