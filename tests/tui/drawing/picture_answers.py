"""What the engine of the pictures answers about a drawing, without computing anything: the same digit, always."""

import math

from engine.storage.paths import sample_file
from engine.vocabulary.messages import (
    AnyEvent,
    ClassifyDrawing,
    Command,
    CommandFailed,
    DrawingClassified,
    DrawingSaved,
    Evaluate,
    Evaluated,
    Explain,
    Explained,
    FilePrediction,
    FilesPredicted,
    PredictFiles,
    SaveDrawing,
)
from engine.vocabulary.messages.pictures import pack_floats
from tests.tui.pictures.world import RUN

SURE = [0.004, 0.013, 0.021, 0.047, 0.009, 0.006, 0.001, 0.823, 0.012, 0.064]


def seven() -> bytes:
    import numpy as np

    with np.load(sample_file()) as content:
        images, labels = content["test_images"], content["test_labels"]
    digit: bytes = images[list(labels).index(7)].tobytes()
    return digit


def answer_about_drawing(command: Command) -> AnyEvent | None:
    asked = command.id
    match command:
        case ClassifyDrawing():
            return DrawingClassified(
                run=command.run or RUN, step=226, predicted=7, probabilities=SURE, pixels=seven(),
                treatment="cropped, scaled from 140x140, centred", reply_to=asked,
            )  # fmt: skip
        case Explain():
            pixels = command.picture.pixels
            heat = [gray / 255 * math.sin(place / 40) for place, gray in enumerate(pixels)]
            return Explained(
                run=command.run or RUN, step=226, method=command.method,
                label=7 if command.label < 0 else command.label, heat=pack_floats(heat), pixels=pixels,
                predicted=7, probabilities=SURE, output=5.0, empty_output=0.0, reply_to=asked,
            )  # fmt: skip
        case SaveDrawing():
            counts = [int(digit == command.label) for digit in range(10)]
            folder = "/home/ada/mnist-tui/checkpoints/own-digits"
            path = f"{folder}/test/{command.label}/00000.png"
            return DrawingSaved(path=path, folder=folder, counts=counts, reply_to=asked)
        case Evaluate():
            if "own-digits" not in command.data:
                return None
            return Evaluated(
                run=command.run, data=command.data, images=12, loss=0.1, accuracy=11 / 12, confusion=[], reply_to=asked
            )
        case PredictFiles():
            file = FilePrediction(path=command.paths[0], error=f"{command.paths[0]}: does not exist; check the name")
            return FilesPredicted(run=RUN, files=[file], reply_to=asked)
    return CommandFailed(reason="not asked here", reply_to=asked) if 700 < asked < 710 else None
