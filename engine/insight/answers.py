"""Which question about a network is answered where."""

from collections.abc import Callable
from typing import assert_never

from engine.data.dataset import Dataset
from engine.insight.asked import Asked, asked
from engine.insight.drawing.classify import classify_drawing
from engine.insight.inside.answers import measure_layers, show_filters, show_layers
from engine.insight.reasons.explain import explain, find_change
from engine.insight.runs.network import Network
from engine.insight.space.answers import Space
from engine.vocabulary.messages import (
    ClassifyDrawing,
    Explain,
    FindChange,
    FindNeighbours,
    InsightAnswer,
    InsightQuestion,
    MapDigits,
    MeasureLayers,
    Picture,
    ShowFilters,
    ShowLayers,
)
from engine.vocabulary.preprocessing import Preprocessing

ReadData = Callable[[], Dataset]
INSIGHT_IN_WORDS = {  # what the engine does meanwhile, for who waits for it
    "Explain": "explaining an answer",
    "FindChange": "looking for the smallest change of a picture",
    "FindNeighbours": "comparing an image with the training images",
    "MapDigits": "mapping the test images",
    "ShowFilters": "looking at filters",
    "ShowLayers": "looking at layers",
    "MeasureLayers": "measuring layers",
    "ClassifyDrawing": "classifying a drawing",
    "SaveDrawing": "saving a drawing",
}


class Insight:
    """Answers questions about networks."""

    def __init__(self) -> None:
        self.space = Space()

    def answer(
        self,
        command: InsightQuestion,
        network: Network,
        data: ReadData,
        own: ReadData,
        preprocessing: Preprocessing,
    ) -> InsightAnswer:
        """Return the answer about a run's network. `data` reads that run's data, `own` the user's own digits;
        `preprocessing` is how the pictures were read that the network was trained on.

        Raises InsightError, NetworkError, DataError.
        """

        def named(picture: Picture) -> Asked:
            return asked(picture, data, own, light=preprocessing.seen == "light")

        match command:
            case Explain():
                return explain(command, network, named(command.picture))
            case FindChange():
                return find_change(command, network, named(command.picture))
            case FindNeighbours():
                return self.space.neighbours(command, network, named(command.picture), data())
            case MapDigits():
                return self.space.map(command, network, data())
            case ShowFilters():
                return show_filters(command, network)
            case ShowLayers():
                return show_layers(command, network, named(command.picture))
            case MeasureLayers():
                return measure_layers(command, network, data())
            case ClassifyDrawing():
                return classify_drawing(command, network, preprocessing)
            case _:
                assert_never(command)
