"""The definition of a study, on which all engines that share it must agree. Independent of Optuna."""

from collections.abc import Sequence

import msgspec

from engine.tuning.files import StudyError
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.run_conventions import OLD, PRESENT, Conventions
from engine.vocabulary.search_space import PRUNERS, SAMPLERS, parse_search

LOCAL = ("data", "device", "processes", "keep_every", "log_to")  # fields in which the engines of one study may differ
DEFAULT_TRIALS = 20


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """What a study is; all engines that share it go by the same. `base` has what differs from the defaults."""

    base: dict[str, Value]
    search: list[str]
    trials: int
    sampler: str = "tpe"
    pruner: str = "median"
    data: str = ""  # fingerprint
    conventions: Conventions = OLD  # of all its trials: those of engines of another time can be compared with ours

    @property
    def config(self) -> RunConfig:
        return RunConfig().replace(self.base)


def spec_of(
    base: RunConfig, search: Sequence[str], trials: int, sampler: str, pruner: str, data: str
) -> Spec:  # fmt: skip
    """Raises StudyError and ConfigError."""
    for kind, value, known in (("sampler", sampler, SAMPLERS), ("pruner", pruner, PRUNERS)):
        if value not in known:
            raise StudyError(f"{kind} {value!r} is unknown; give one of {', '.join(known)}")
    kept = {name: value for name, value in base.differences().items() if name not in LOCAL}
    words = [str(each) for each in parse_search(search)] if search else []
    return Spec(
        base=kept, search=words, trials=trials, sampler=sampler, pruner=pruner, data=data,
        conventions=PRESENT,
    )  # fmt: skip


def agreed(name: str, spec: Spec, wanted: Spec) -> Spec:
    """Return what the study is, with the number of trials that is wanted now. Raises StudyError where they differ."""
    remedy = "leave that out to continue it, or start another study with --name"
    if wanted.data and spec.data and wanted.data != spec.data:
        raise StudyError(
            f"study {name}: was started on other data ({spec.data}) than is loaded ({wanted.data}), so its trials"
            " cannot be compared; give its data folder with --data, or start another study with --name"
        )
    if wanted.search:
        if sorted(map(str, parse_search(wanted.search))) != sorted(map(str, parse_search(spec.search))):
            raise StudyError(f"study {name}: searches {' '.join(spec.search)}; {remedy}")
        theirs, ours = spec.config, wanted.config
        for field_name in RunConfig.__struct_fields__:
            was, now = getattr(theirs, field_name), getattr(ours, field_name)
            if was != now:
                raise StudyError(f"study {name}: has {field_name} {was} in its base, not {now}; {remedy}")
        for what in ("sampler", "pruner"):
            if getattr(spec, what) != getattr(wanted, what):
                raise StudyError(f"study {name}: has the {what} {getattr(spec, what)}; {remedy}")
    return msgspec.structs.replace(spec, trials=wanted.trials or spec.trials)
