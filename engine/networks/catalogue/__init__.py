"""The networks that `engine/vocabulary/architectures.py` names, one family a file.

Each is a module that takes float32 images [N, 1, 28, 28] in 0..1 and returns logits [N, classes]. They take those of
`width`, `depth`, `dropout` and `dropout2d` that they have a use for, as keywords; a depth of 0 is the network's own.
Users' own networks are in `engine/networks/own/`. In the order to read them:

    seed.py: the notebook's network
    plain.py: plain convolutions with batch normalisation
    mlp.py, lenet.py, vgg.py, resnet.py, densenet.py: families in the order of their age
    an.py: convolutions without padding, for MNIST
    imagenet.py: torchvision's networks, made to fit
    max_pool.py: max pooling that is fast on CPUs
"""


def scaled(channels: int, width: float) -> int:
    """Return a number of channels times a width, at least one."""
    return max(1, round(channels * width))
