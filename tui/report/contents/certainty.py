"""How sure runs are, and how right they stay on corrupted digits: where it was measured. Pure."""

from itertools import groupby

from engine.vocabulary.messages import CalibrationMeasured, RobustnessMeasured
from tui.report.blocks import Beside, Block, Cell, Chart, Charts, Key, Part, Table, Words
from tui.report.contents.names import title_of
from tui.report.drawing.reliability import bins_of, draw_reliability
from tui.report.facts import ReportFacts, RunFacts
from tui.state.confusion.certainty_words import calibration_caption, rejection_words, sureness_words, temperature_words
from tui.state.significance import wilson
from tui.state.words.figures import format_limits, percent


def calibration(facts: ReportFacts) -> list[Part]:
    return [Part(title_of(facts, run), calibration_of(run)) for run in facts.runs]


def calibration_of(run: RunFacts) -> tuple[Block, ...]:
    found = run.calibration
    if found is None:
        return (Words(f"Not measured: {run.calibration_problem}."),) if run.calibration_problem else ()
    blocks: list[Block] = [Words(f"{calibration_caption(found)} {sureness_words(found)} {temperature_words(found)}")]
    tables = (figures(found), *([rejections(found)] if found.rejections else []))
    blocks += [Beside(((Charts((diagram(found),)),), tables)), bins(found)]
    if found.chosen is not None:
        blocks.append(Words(rejection_words(found, found.chosen)))
    return tuple(blocks)


def figures(found: CalibrationMeasured) -> Table:
    every = (("as the network says", found.before), ("calibrated", found.after))
    rows = tuple(
        (name, percent(each.confidence), f"{each.error:.4f}", f"{each.log_likelihood:.4f}", f"{each.brier:.4f}")
        for name, each in every
        if each is not None
    )
    caption = f"How sure it is on {found.images:,} test images, of which it has {percent(found.accuracy)} right"
    return Table(caption, ("", "mean confidence", "ECE", "NLL", "Brier score"), rows)


def diagram(found: CalibrationMeasured) -> Chart:
    drawn = [bins_of("as the network says", found.before, "hollow c2", "square")]
    if found.after is not None:
        drawn.append(bins_of("calibrated", found.after, "c1", "circle"))
    about = "; ".join(
        f"{each.name}: "
        + ", ".join(f"{percent(bin.confidence)} sure and {percent(bin.accuracy)} right" for bin in each.bins)
        for each in drawn
    )
    note = (
        "A point for each bin of equally many images, with its 95 % interval, on a scale of log odds; on the dashed"
        " line a network is as sure as it is right"
    )
    keys = tuple(Key(each.look, each.name, each.marker) for each in drawn)
    return Chart("Reliability", about, draw_reliability(drawn), note, keys)


def bins(found: CalibrationMeasured) -> Table:
    shown = found.after or found.before
    rows = tuple(
        (f"{i}", f"{each.images:,}", percent(each.lowest), percent(each.highest), percent(each.confidence),
         percent(each.accuracy), format_limits("accuracy", *wilson(each.accuracy, each.images)) if each.images else "-")
        for i, each in enumerate(shown.bins, 1)
    )  # fmt: skip
    which = "calibrated" if found.after is not None else "as the network says"
    head = ("bin", "images", "from", "to", "mean confidence", "right", "95 % confidence")
    return Table(f"The bins, {which}, the least sure first", head, rows, folded=True)


def rejections(found: CalibrationMeasured) -> Table:
    rows = tuple(
        (f"{each.threshold:g}", percent(each.coverage), "-" if each.accuracy is None else percent(each.accuracy))
        for each in found.rejections
    )
    caption = "What it costs to answer only from a confidence on"
    return Table(caption, ("from a confidence of", "answers", "right of these"), rows)


# ---------------------------------------------------------------- robustness


def robustness(facts: ReportFacts) -> list[Part]:
    blocks: list[Block] = []
    for found in facts.robustness:
        if found.rows and found.images:
            blocks += robustness_of(found, {run.run: run.letter for run in facts.runs} if facts.several else {})
    if facts.robustness_problem:
        blocks.append(Words(f"Not measured: {facts.robustness_problem}."))
    return [Part("", tuple(blocks))]


def robustness_of(found: RobustnessMeasured, letters: dict[str, str]) -> list[Block]:
    """Return a row for each corruption and run, a column for each strength; what is wrong is shaded."""
    strengths = sorted({row.strength for row in found.rows})
    several = len(found.runs) > 1
    rows: list[tuple[str | Cell, ...]] = []
    for name, group in groupby(found.rows, key=lambda row: row.corruption):
        of = {row.strength: row for row in group}
        for i, run in enumerate(found.runs):
            right = [of[each].right[i] if each in of else None for each in strengths]
            known = [each for each in right if each is not None]
            cells = [cell(found.clean[i], found.images), *(cell(each, found.images) for each in right)]
            mean = cell(sum(known) / len(known), found.images)
            first: list[str | Cell] = [name, letters.get(run, run)] if several else [name]
            rows.append((*first, *cells, mean))
    for i, run in enumerate(found.runs):
        of_all = sum(row.right[i] for row in found.rows) / len(found.rows)
        first = ["all", letters.get(run, run)] if several else ["all"]
        rows.append((*first, cell(found.clean[i], found.images), *[""] * len(strengths), cell(of_all, found.images)))
    head = ("corruption", *["run"] * several, "untouched", *(f"strength {each}" for each in strengths), "mean")
    low, high = wilson(0.5, found.images)
    caption = f"Accuracy in % on {found.images:,} corrupted test images"
    words = (
        f"No figure has a wider 95 % interval (Wilson) than {100 * (high - low):.2f} points. Strengths are those of"
        " MNIST-C (Mu and Gilmer 2019), but for blur, contrast and occlusion."
    )
    if len(found.runs) == 1 and letters:
        caption += f", run {letters.get(found.runs[0], found.runs[0])}"
    return [Table(caption, head, tuple(rows), words=1 if several else 0), Words(words)]


def cell(right: float | None, images: int) -> str | Cell:
    if right is None:
        return "-"
    accuracy = right / images
    return Cell(f"{100 * accuracy:.2f}", heat=1 - accuracy)
