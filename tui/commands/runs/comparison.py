"""Whether two configurations differ by more than noise: runs paired by their seeds. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from engine.storage.preset_file import MACHINE
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.fields import counted
from tui.state.significance import (
    PairedTest,
    Sample,
    WelchTest,
    paired_test,
    pairing_helps,
    sample,
    welch_test,
)
from tui.state.words.metrics import VALIDATED
from tui.state.words.values import format_values

# What may differ within one configuration. Precision is of the machine too, but changes the figures.
APART = {"seed", *MACHINE} - {"precision"}
CONDITIONS: dict[str, Callable[[RunRecord], str]] = {
    "device": lambda record: record.device,
    "number of processes": lambda record: str(record.config.processes),
    "version of torch": lambda record: record.versions.get("torch", "unknown"),
    "way in which a last batch of one image is trained on": lambda record: in_words(
        record.conventions.joined, "joined to the one before it", "alone"
    ),
    "choice of the images held out": lambda record: (
        in_words(record.conventions.stratified, "by class", "by chance") if record.config.validation else "none"
    ),
    "choice of layers for muon": lambda record: (
        in_words(record.conventions.hidden, "hidden ones", "all") if record.config.optimizer == "muon" else "none"
    ),
}


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Several runs of one configuration; `values` are those of `seeds`, after the epochs that are reported: the best
    ones by validation where images are held out, else the last."""

    runs: list[str]
    seeds: list[int]
    values: list[float]
    sample: Sample
    epochs: list[int] = []
    best: bool = False


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two configurations by one metric, seed by seed.

    `differs` has the values of `a` and `b` where their configurations differ, `left_out` the runs that count for
    nothing, with the reason, and `caveats` what else is not the same. `test` is None for a single pair; `welch` is
    there where pairing does not help.
    """

    metric: str
    a: Side
    b: Side
    differs: dict[str, tuple[Value, Value]]
    test: PairedTest | None
    left_out: dict[str, str]
    caveats: list[str]
    sample_data: bool
    welch: WelchTest | None = None


def default_metric(records: Iterable[RunRecord]) -> str:
    """Return what to compare by: validation, which was held out for choices, where all finished runs have it."""
    finished = [record for record in records if record.state == "finished"]
    validated = finished and all(has_validation(record) for record in finished)
    return "validation_accuracy" if validated else "accuracy"


def has_validation(record: RunRecord) -> bool:
    return record.best is not None


def compare(a: Sequence[RunRecord], b: Sequence[RunRecord], metric: str = "") -> Comparison:
    """Pair the runs by their seeds and test the differences, by `default_metric` where none is named.

    Raises RunError for runs that cannot be compared.
    """
    metric = metric or default_metric((*a, *b))
    if both := {record.run for record in a} & {record.run for record in b}:
        raise RunError(f"{min(both)} is on both sides of the comparison; leave it out of one")
    left_out: dict[str, str] = {}
    if metric in VALIDATED:
        left_out = {
            record.run: "it has no validation figures; train with --validation 0.1, say"
            for record in (*a, *b)
            if record.state == "finished" and not has_validation(record)
        }
        a, b = ([record for record in side if record.run not in left_out] for side in (a, b))
    in_a, in_b = seeds_of(a, "A", left_out), seeds_of(b, "B", left_out)
    seeds = sorted(in_a.keys() & in_b.keys())
    left_out.update({in_a[seed].run: f"B has no run of its seed {seed}" for seed in in_a.keys() - in_b.keys()})
    left_out.update({in_b[seed].run: f"A has no run of its seed {seed}" for seed in in_b.keys() - in_a.keys()})
    if not seeds:
        raise RunError(f"no seed has a finished run on both sides, so no runs can be paired: {reasons(left_out)}")
    pairs = [(in_a[seed], in_b[seed]) for seed in seeds]
    a_side, b_side = (side_of(records, metric) for records in zip(*pairs, strict=True))
    paired = paired_test(a_side.values, b_side.values) if len(seeds) > 1 else None
    welch = welch_test(a_side.values, b_side.values) if len(seeds) > 1 else None
    a_config, b_config = pairs[0][0].config, pairs[0][1].config
    return Comparison(
        metric=metric,
        a=a_side,
        b=b_side,
        differs={name: (getattr(a_config, name), getattr(b_config, name)) for name in different_fields(*pairs[0])},
        test=paired,
        welch=None if paired is None or pairing_helps(paired, welch) else welch,
        left_out=left_out,
        caveats=caveats(pairs, metric),
        sample_data=any(record.sample for pair in pairs for record in pair),
    )


def seeds_of(records: Sequence[RunRecord], side: str, left_out: dict[str, str]) -> dict[int, RunRecord]:
    """Return the finished runs of one side by seed. Raises RunError when they are not of one configuration."""
    by_seed: dict[int, RunRecord] = {}
    for record in records:
        if record.state != "finished" or record.test_accuracy is None or record.test_loss is None:
            left_out[record.run] = f"{record.state} after epoch {record.epoch} of {record.config.epochs}"
            continue
        if by_seed:
            require_same(next(iter(by_seed.values())), record, side)
        twin = by_seed.setdefault(record.config.seed, record)
        if twin is not record:
            raise RunError(f"{side} has seed {record.config.seed} twice, {twin.run} and {record.run}; leave one out")
    return by_seed


def different_fields(one: RunRecord, other: RunRecord) -> list[str]:
    return [name for name in FIELDS if name not in APART and getattr(one.config, name) != getattr(other.config, name)]


def require_same(one: RunRecord, other: RunRecord, side: str) -> None:
    different = [
        f"{name} is {getattr(one.config, name)} and {getattr(other.config, name)}"
        for name in different_fields(one, other)
    ]
    if one.data != other.data:
        different.append(f"their data are {one.data_path} ({one.data}) and {other.data_path} ({other.data})")
    if different:
        raise RunError(
            f"{side} has runs of different configurations: of {one.run} and {other.run} {', '.join(different)}"
        )


def side_of(records: Sequence[RunRecord], metric: str) -> Side:
    reported = [record.reported for record in records]
    name = metric if metric in VALIDATED else f"test_{metric}"
    values = [float(getattr(figures, name)) for figures in reported]
    return Side(
        epochs=[figures.epoch for figures in reported if figures is not None],
        best=any(record.best is not None for record in records),
        runs=[record.run for record in records],
        seeds=[record.config.seed for record in records],
        values=values,
        sample=sample(values),
    )


def in_words(value: bool, yes: str, no: str) -> str:
    return yes if value else no


def caveats(pairs: Sequence[tuple[RunRecord, RunRecord]], metric: str) -> list[str]:
    """Say what besides the configuration is not the same on both sides."""
    said = []
    a, b = pairs[0]
    if a.data != b.data:
        said.append(f"the data are not the same: {a.data_path} ({a.data}) and {b.data_path} ({b.data})")
        if len(a.classes) != len(b.classes):
            said.append(
                f"A tells {len(a.classes)} classes apart, B {len(b.classes)}: their figures are not to be compared"
            )
    if a.config.epochs != b.config.epochs:
        said.append(f"A was trained for {counted(a.config.epochs, 'epoch')}, B for {b.config.epochs}")
    if metric in VALIDATED and a.config.validation != b.config.validation:
        said.append(
            f"the images held out are not the same: A a share of {a.config.validation:g}, B of {b.config.validation:g}"
        )
    if has_validation(a) != has_validation(b):
        said.append(
            "the epochs are not chosen in the same way: with held-out images it is the best by validation, else"
            " the last"
        )
    sides = [[pair[i] for pair in pairs] for i in (0, 1)]
    if any(record.steered for side in sides for record in side):
        began = [
            f"{record.run}{f' (started with {format_values(record.began)})' if record.began else ''}"
            for side in sides
            for record in side
            if record.steered
        ]
        said.append(f"changed during the run, so trained with other hyperparameters at first: {', '.join(began)}")
    for what, value in CONDITIONS.items():
        mine, other = (sorted({value(record) for record in side}) for side in sides)
        if len({*mine, *other}) > 1:
            said.append(f"the {what} is not the same: A {', '.join(mine)}; B {', '.join(other)}")
    return said


def reasons(left_out: Mapping[str, str]) -> str:
    return "; ".join(f"{run}: {reason}" for run, reason in left_out.items())
