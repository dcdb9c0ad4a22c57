"""All digits at once under the weights of the moment, and their pixels."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.dataset import DataError, Dataset
from engine.insight.beliefs.gallery import Columns, surest
from engine.insight.runs.network import Network
from engine.networks.build import as_input
from engine.training.evaluation import BATCH, inference
from engine.vocabulary.messages.belief_messages import MOST_ROWS_NOW, AskGalleryNow, AskPixels, GalleryTold, PixelsTold


def gallery_now(command: AskGalleryNow, network: Network, data: Dataset) -> GalleryTold:
    """Have a network look at MOST_ROWS_NOW digits. Raises DataError where the classes differ from its own."""
    network.test_part(data)
    images, labels = part_of(data, command.part)
    rows = slice(command.start, command.start + MOST_ROWS_NOW)
    shown, actual = images[rows].to(network.device), labels[rows].to(network.device)
    logarithms = []
    with inference(network.model):
        for batch in torch.split(shown, BATCH):
            logits = network.model(as_input(batch)).float()
            logarithms.append(F.log_softmax(logits / (network.temperature or 1.0), dim=1))
        told = torch.cat(logarithms) if logarithms else torch.zeros(0, len(data.classes), device=network.device)
        losses = -told.gather(1, actual[:, None])[:, 0]
        probabilities, predicted = told.exp().nan_to_num().cpu().numpy(), told.argmax(1).cpu().numpy()
    confidences, margins = surest(probabilities, predicted.astype(np.intp))
    columns = Columns(actual.cpu().numpy(), predicted, losses.cpu().numpy(), confidences, margins)
    return GalleryTold(
        run=network.name,
        part=command.part,
        epoch=network.epoch,
        step=network.step,
        total=len(labels),
        start=command.start,
        classes=network.classes,
        **columns.packed(),
    )


def pixels_of(command: AskPixels, name: str, data: Dataset) -> PixelsTold:
    """Return images of a data set. Raises DataError for one that it has not."""
    images, labels = part_of(data, command.part)
    if beyond := [index for index in command.indices if index >= len(labels)]:
        raise DataError(
            f"{data.path}: has no {command.part} image {beyond[0]}; there are {len(labels):,}, counted from 0"
        )
    chosen = torch.tensor(command.indices, dtype=torch.int64, device=images.device)
    return PixelsTold(
        run=name,
        part=command.part,
        indices=command.indices,
        labels=labels[chosen].to(torch.uint8).cpu().numpy().tobytes(),
        pixels=images[chosen].cpu().numpy().tobytes(),
        classes=data.classes,
    )


def part_of(data: Dataset, part: str) -> tuple[Tensor, Tensor]:
    """Return the images and labels of a part of a data set."""
    if part == "train":
        return data.train_images, data.train_labels
    return data.test_images, data.test_labels
