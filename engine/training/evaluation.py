"""What a network predicts for images: loss, accuracy, confusion, and single digits with probabilities.

Always in float32, whatever it is trained with: the figures of its weights are the same wherever they are measured.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.networks.build import as_input
from engine.techniques.precision import products_in
from engine.vocabulary.messages import Digit, Predict

MOST_DIGITS = 64
BATCH = 1000  # large enough to be quick, small enough for any device's memory


@dataclass(frozen=True)
class Evaluation:
    """Mean cross-entropy (nats per image), fraction right, and counts [actual][predicted]."""

    loss: float
    accuracy: float
    confusion: list[list[int]]
    images: int


@contextmanager
def inference(model: nn.Module) -> Iterator[None]:
    """Dropout off, no gradients and all of float32 inside; the network's mode as before outside."""
    was_training = model.training
    device = next((each.device for each in model.parameters()), torch.device("cpu"))
    model.eval()
    try:
        with products_in("fp32", device), torch.inference_mode():
            yield
    finally:
        model.train(was_training)


def evaluate(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    watch: AbstractContextManager[object] | None = None,
    see: Callable[[Tensor], None] | None = None,
) -> Evaluation:
    """Measure a network on uint8 images [N, 28, 28] with labels [N], all on the network's device.

    The first BATCH of them pass through the network inside of `watch`. `see` takes the logits [b, C], in order.
    """
    loss = torch.zeros((), dtype=torch.float64 if images.device.type != "mps" else torch.float32, device=images.device)
    confusion = torch.zeros((), dtype=torch.int64, device=images.device)
    classes = 0
    with inference(model):
        for start in range(0, len(images), BATCH):
            with watch if watch is not None and start == 0 else nullcontext():
                logits = model(as_input(images[start : start + BATCH]))
            if see is not None:
                see(logits)
            actual = labels[start : start + BATCH]
            loss += F.cross_entropy(logits, actual, reduction="sum")
            classes = logits.shape[1]
            confusion = confusion + torch.bincount(actual * classes + logits.argmax(1), minlength=classes**2)
    counts = confusion.reshape(classes, classes).cpu()
    return Evaluation(
        loss=loss.item() / len(images),
        accuracy=counts.diagonal().sum().item() / len(images),
        confusion=counts.tolist(),
        images=len(images),
    )


def predict(model: nn.Module, images: Tensor, temperature: float | None = None) -> tuple[Tensor, Tensor]:
    """Return predicted classes [N] and probabilities [N, classes], on the CPU, for uint8 images [N, 28, 28].

    Logits are divided by the `temperature`, where there is one.
    """
    predicted, probabilities, _ = predict_both(model, images, temperature)
    return predicted, probabilities


def predict_both(model: nn.Module, images: Tensor, temperature: float | None) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `predict` does, and the probabilities without a temperature [N, classes]."""
    with inference(model):
        logits = model(as_input(images))
        # A run that is about to fail may give what is no number, which no message can carry.
        plain = F.softmax(logits, dim=1).nan_to_num().cpu()
        shown = plain if temperature is None else F.softmax(logits.float() / temperature, dim=1).nan_to_num().cpu()
    return plain.argmax(1), shown, plain


def walk_digits(
    model: nn.Module, images: Tensor, labels: Tensor, wanted: Predict, temperature: float | None = None
) -> list[Digit]:
    """Classify up to `wanted.count` images met when walking from its start around the end.

    With a filter (wrong ones, one actual or predicted digit) the walk ends when it is back at its start.
    """
    total = len(images)
    count = max(1, min(wanted.count, MOST_DIGITS))
    direction = 1 if wanted.step >= 0 else -1
    filtered = wanted.only_wrong or wanted.actual >= 0 or wanted.predicted >= 0
    chunk = min(total, BATCH // 4 if filtered else count)
    found: list[Digit] = []
    for begin in range(0, total if filtered else chunk, chunk):
        steps = torch.arange(begin, min(begin + chunk, total), device=images.device)
        indices = (wanted.start + direction * steps) % total
        pixels, actual = images[indices], labels[indices].cpu()
        predicted, probabilities, plain = predict_both(model, pixels, temperature)
        keep = torch.ones_like(actual, dtype=torch.bool)
        if wanted.only_wrong:
            keep &= predicted != actual
        if wanted.actual >= 0:
            keep &= actual == wanted.actual
        if wanted.predicted >= 0:
            keep &= predicted == wanted.predicted
        for i in keep.nonzero().flatten().tolist()[: count - len(found)]:
            found.append(
                Digit(
                    index=int(indices[i]),
                    pixels=pixels[i].cpu().numpy().tobytes(),
                    actual=int(actual[i]),
                    predicted=int(predicted[i]),
                    probabilities=rounded(probabilities[i]),
                    uncalibrated=rounded(plain[i]) if temperature is not None else [],
                )
            )
        if len(found) == count:
            break
    return found


def rounded(probabilities: Tensor) -> list[float]:
    """Return the probabilities [classes] of one image as a message tells them."""
    return [round(p, 5) for p in probabilities.tolist()]
