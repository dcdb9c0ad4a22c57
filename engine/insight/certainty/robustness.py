"""How right networks stay on corrupted test images."""

from collections.abc import Sequence

from engine.data.find import DataError
from engine.insight.certainty.corruptions import CORRUPTIONS, STRENGTHS, corrupted
from engine.insight.certainty.questions import Pieces, Subject, check_same_data
from engine.insight.pieces import PIECE
from engine.vocabulary.messages import MeasureRobustness, RobustnessMeasured, RobustnessRow


def chosen_corruptions(names: Sequence[str]) -> list[str]:
    """Return the names of those to measure, all for none. Raises DataError for one that there is not."""
    if unknown := [name for name in names if name not in CORRUPTIONS]:
        raise DataError(f"there is no corruption {unknown[0]!r}; there are {', '.join(CORRUPTIONS)}")
    return list(dict.fromkeys(names)) or list(CORRUPTIONS)


def answer_robustness(subjects: list[Subject], wanted: MeasureRobustness) -> Pieces[RobustnessMeasured]:
    """Count what each network has right, untouched and at each strength of each corruption. All get the same images."""
    check_same_data(subjects)
    names = chosen_corruptions(wanted.corruptions)
    count = min(wanted.images or len(subjects[0].labels), len(subjects[0].labels))
    images, labels = subjects[0].images[:count].cpu(), subjects[0].labels[:count].cpu()

    def right_of(name: str, strength: int) -> Pieces[list[int]]:
        right = [0] * len(subjects)
        for start in range(0, count, PIECE):
            piece = images[start : start + PIECE]
            if name:
                piece = corrupted(piece, name, strength, start)
            for i, subject in enumerate(subjects):
                predicted = subject.network.logits(piece).argmax(1)
                right[i] += int((predicted == labels[start : start + PIECE]).sum())
                yield None
        return right

    clean = yield from right_of("", 0)
    rows: list[RobustnessRow] = []

    def told(done: bool) -> RobustnessMeasured:
        return RobustnessMeasured(
            runs=[subject.network.name for subject in subjects],
            epochs=[subject.network.epoch for subject in subjects],
            data=subjects[0].path,
            images=count,
            clean=clean,
            rows=list(rows),
            of=len(names) * STRENGTHS,
            done=done,
        )

    for name in names:
        kind = CORRUPTIONS[name]
        for strength in range(1, STRENGTHS + 1):
            right = yield from right_of(name, strength)
            amount = kind.amounts[strength - 1]
            rows.append(RobustnessRow(corruption=name, strength=strength, amount=amount, unit=kind.unit, right=right))
            yield told(done=False)
    return told(done=True)
