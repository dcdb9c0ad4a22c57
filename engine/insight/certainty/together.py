"""Several networks on the same digits: averaged as one, and where two of them disagree."""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.insight.certainty.calibration import calibrated
from engine.insight.certainty.questions import Pieces, Subject, check_same_data, logits_in_pieces
from engine.insight.runs.network import Network
from engine.vocabulary.messages import DisputedDigit, Member, PredictionsCompared, TogetherEvaluated
from engine.vocabulary.messages.certainty_messages import MOST_LISTED

BINS = 15


def mean_probabilities(networks: list[Network], images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean of calibrated probabilities [N, classes] for uint8 images [N, 28, 28], and what each network
    predicts alone [networks, N]. The mean of what each says is right as often as any of them, or more, where they err
    differently (Lakshminarayanan, Pritzel and Blundell, Deep ensembles, 2017)."""
    each = torch.stack([network.probabilities(images)[0] for network in networks])
    return each.mean(0), each.argmax(2)


def answer_together(subjects: list[Subject]) -> Pieces[TogetherEvaluated]:
    """Measure the mean of several networks' calibrated probabilities on their test images, and each alone."""
    check_same_data(subjects)
    labels = subjects[0].labels.cpu()
    found = []
    for subject in subjects:
        logits = yield from logits_in_pieces(subject.network, subject.images)
        found.append(F.softmax(logits / (subject.network.temperature or 1.0), 1))
    each = torch.stack(found)
    predicted = each.argmax(2)
    mean = each.mean(0)
    together = mean.argmax(1)
    good, alone = together == labels, predicted == labels
    disputed = (predicted != predicted[0]).any(0).nonzero().flatten().tolist()
    return TogetherEvaluated(
        data=subjects[0].path,
        images=len(labels),
        right=int(good.sum()),
        together=calibrated(mean, labels, BINS),
        members=[
            Member(
                run=subject.network.name,
                epoch=subject.network.epoch,
                temperature=subject.network.temperature,
                right=int(mine.sum()),
                log_likelihood=calibrated(probabilities, labels, BINS).log_likelihood,
                only_alone=int((mine & ~good).sum()),
                only_together=int((good & ~mine).sum()),
            )
            for subject, mine, probabilities in zip(subjects, alone, found, strict=True)
        ],
        disputed=len(disputed),
        digits=[
            DisputedDigit(index=i, actual=int(labels[i]), predicted=predicted[:, i].tolist(), together=int(together[i]))
            for i in disputed[:MOST_LISTED]
        ],
        classes=subjects[0].network.classes,
    )


def answer_comparison(a: Subject, b: Subject) -> Pieces[PredictionsCompared]:
    """Count the test images that both, one alone or neither of two networks has right, and list where they differ."""
    check_same_data([a, b])
    labels = a.labels.cpu()
    predicted = []
    for subject in (a, b):
        logits = yield from logits_in_pieces(subject.network, subject.images)
        predicted.append(logits.argmax(1))
    in_a, in_b = (each == labels for each in predicted)
    differ = (predicted[0] != predicted[1]).nonzero().flatten().tolist()
    return PredictionsCompared(
        a=a.network.name,
        b=b.network.name,
        data=a.path,
        images=len(labels),
        both=int((in_a & in_b).sum()),
        only_a=int((in_a & ~in_b).sum()),
        only_b=int((in_b & ~in_a).sum()),
        neither=int((~in_a & ~in_b).sum()),
        differ=len(differ),
        digits=[
            DisputedDigit(index=i, actual=int(labels[i]), predicted=[int(each[i]) for each in predicted])
            for i in differ[:MOST_LISTED]
        ],
        epochs=[a.network.epoch, b.network.epoch],
        classes=a.network.classes,
    )
