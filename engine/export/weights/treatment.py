"""What is done to a picture of 28x28 before a network sees it, as operations that go into a graph.

It is what `predict` does to such a picture (engine/data/images/preprocess.py), as far as that is a matter of ground: a
digit in MNIST's form is taken as it is, and one whose inverse has that form, dark on light, is inverted. A picture of
neither form, or of another size, has to be cropped, scaled and centred before; `predict` looks for its ink.
"""

import torch
from torch import Tensor, nn

from engine.data.images.mnist_form import BOX, BRIGHT, MIDDLE, OFF_CENTRE, SIDE
from engine.vocabulary.preprocessing import Preprocessing


class Treatment(nn.Module):
    """From uint8 [N, 28, 28] to float32 [N, 1, 28, 28] in 0..1."""

    def __init__(self, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.by_form = preprocessing.fit == "mnist"
        light = preprocessing.seen == "light"
        self.inverts = light if self.by_form else light != (preprocessing.ground == "light")

    def forward(self, images: Tensor) -> Tensor:
        seen = images.to(torch.float32)
        if self.by_form:
            inverse = 255 - seen
            light = has_form(inverse) & ~has_form(seen)
            seen = torch.where(light.view(-1, 1, 1), inverse, seen)
        if self.inverts:
            seen = 255 - seen
        return seen.unsqueeze(1) / 255


def has_form(images: Tensor) -> Tensor:
    """Tell which images float32 [N, 28, 28] have MNIST's form, as engine/data/images/mnist_form.py does; [N]."""
    rows, columns = images.amax(2), images.amax(1)
    longer = torch.maximum(span(rows), span(columns))
    form = (longer >= BOX - 1) & (longer <= BOX) & (rows.amax(1) >= BRIGHT)
    places = torch.arange(SIDE, dtype=torch.float32) + 0.5
    mass = images.sum((1, 2)).clamp(min=1)
    for axis in (2, 1):
        centre = (images.sum(axis) * places).sum(1) / mass
        form = form & ((centre - MIDDLE).abs() <= OFF_CENTRE)
    return form


def span(brightest: Tensor) -> Tensor:
    """Return from the first to the last that is not 0 of each row [N, 28], in pixels, 0 where there is none; [N]."""
    places = torch.arange(1, SIDE + 1, dtype=torch.float32)
    used = (brightest > 0).to(torch.float32)
    last = (used * places).amax(1)
    first = SIDE + 1 - (used * (SIDE + 1 - places)).amax(1)
    return (last - first + 1).clamp(min=0)
