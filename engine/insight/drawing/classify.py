"""What a network says of a drawing."""

import numpy as np
import torch

from engine.data.dataset import Array
from engine.data.images.preprocess import preprocess
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError, probabilities_of, rounded, undisturbed
from engine.networks.build import as_input
from engine.vocabulary.messages import ClassifyDrawing, Drawing, DrawingClassified
from engine.vocabulary.preprocessing import Preprocessing


def classify_drawing(command: ClassifyDrawing, network: Network, preprocessing: Preprocessing) -> DrawingClassified:
    """`preprocessing` is that of the data the network was trained on. Raises InsightError, NetworkError."""
    pixels, done = preprocess(canvas_of(command.drawing), preprocessing)
    blank = DrawingClassified(run=network.name, step=network.step, classes=network.classes)
    if pixels is None:
        return blank
    images = torch.from_numpy(pixels.copy()).unsqueeze(0).to(network.device)
    with undisturbed(network):
        probabilities = probabilities_of(network, as_input(images))[0]
    return DrawingClassified(
        run=network.name,
        step=network.step,
        predicted=int(probabilities.argmax()),
        probabilities=rounded(probabilities),
        pixels=pixels.tobytes(),
        treatment=", ".join(done) or "as it is",
        classes=network.classes,
    )


def canvas_of(drawing: Drawing) -> Array:
    """Return a drawing as an image file of it would be decoded: uint8 [height, width]. Raises InsightError."""
    if len(drawing.pixels) != drawing.width * drawing.height:
        raise InsightError(
            f"the drawing has {len(drawing.pixels):,} pixels, not {drawing.width} x {drawing.height}; give one byte for"
            " each, row by row"
        )
    return np.frombuffer(drawing.pixels, np.uint8).reshape(drawing.height, drawing.width).copy()
