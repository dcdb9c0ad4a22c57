"""All that can be asked about a network, and the answers of engine/insight/."""

from engine.vocabulary.messages.belief_messages import AskGalleryNow, AskPixels, BeliefAnswer, BeliefQuestion
from engine.vocabulary.messages.certainty_messages import CertaintyCommand, CertaintyEvent
from engine.vocabulary.messages.drawing_messages import ClassifyDrawing, DrawingClassified, DrawingSaved, SaveDrawing
from engine.vocabulary.messages.inside_messages import (
    FiltersShown,
    LayersMeasured,
    LayersShown,
    MeasureLayers,
    ShowFilters,
    ShowLayers,
)
from engine.vocabulary.messages.reason_messages import ChangeFound, Explain, Explained, FindChange
from engine.vocabulary.messages.space_messages import DigitsMapped, FindNeighbours, MapDigits, NeighboursFound

InsightQuestion = (
    Explain | FindChange | ClassifyDrawing | FindNeighbours | MapDigits | ShowFilters | ShowLayers | MeasureLayers
)
InsightCommand = InsightQuestion | SaveDrawing
InsightAnswer = (
    Explained
    | ChangeFound
    | DrawingClassified
    | DrawingSaved
    | NeighboursFound
    | DigitsMapped
    | FiltersShown
    | LayersShown
    | LayersMeasured
)
# With what a run thought of its digits, and how sure it is:
NetworkCommand = InsightCommand | BeliefQuestion | AskGalleryNow | AskPixels | CertaintyCommand
NetworkAnswer = InsightAnswer | BeliefAnswer | CertaintyEvent
