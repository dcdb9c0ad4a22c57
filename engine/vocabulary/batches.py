"""How many images are held out, and how many batches of which sizes the others make. Imports no torch."""


def count_held_out(images: int, share: float) -> int:
    """Return how many images a share of them is: at least one, and one is left to train on."""
    return min(images - 1, max(1, round(images * share))) if share else 0


def batch_sizes(images: int, size: int, joined: bool = True) -> list[int]:
    """Return the sizes of the batches of so many images.

    The last one has what is left. A single image that is left is added to the batch before it: batch normalisation
    takes its statistics from a batch, and those of one image spoil the running ones, or are none at all.
    """
    full, left = divmod(images, size)
    if left == 1 and full and joined:
        return [size] * (full - 1) + [size + 1]
    return [size] * full + [left] * bool(left)


def steps_per_epoch(images: int, size: int, joined: bool = True) -> int:
    full, left = divmod(images, size)
    return full + (left > (1 if full and joined else 0))
