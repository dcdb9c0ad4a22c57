"""The images that a run held out of training: what a temperature is fitted to."""

from collections.abc import Callable

from torch import Tensor

from engine.data.find import DataError, Dataset
from engine.training.validation import split
from engine.vocabulary.config import RunConfig
from engine.vocabulary.run_conventions import Conventions


def held_out_of(
    name: str, config: RunConfig, conventions: Conventions, data: Callable[[], Dataset]
) -> tuple[tuple[Tensor, Tensor] | None, str]:
    """Return the images [N, 28, 28] and labels [N] that a run held out; None with the reason where there are none, or
    `data`, which reads its data set, raises DataError."""
    if not config.validation:
        return None, (
            f"run {name} held no images out of training, and a temperature fitted to test images would make them look"
            " better than they are; train with --validation 0.1, say, to get one"
        )
    try:
        found = data()
    except DataError as error:
        return None, f"the images that run {name} held out cannot be read: {error}"
    chosen = split(found.train_labels, config.validation, conventions.stratified)[1].to(found.train_images.device)
    return (found.train_images[chosen], found.train_labels[chosen]), ""
