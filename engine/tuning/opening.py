"""How a study is started, or joined if it exists already."""

import time

import msgspec
import optuna
from optuna.exceptions import DuplicatedStudyError

from engine.tuning.definition import DEFAULT_TRIALS, Spec, agreed
from engine.tuning.files import StudyError
from engine.tuning.kept.storage import Storage
from engine.tuning.study import Study
from engine.vocabulary.config import ConfigError

SPEC = "mnist-tui"  # where in the storage stands what the study is
CREATION = 2.0  # seconds for another engine to write down what a study is that it has just created


def open_study(storage: Storage, name: str, wanted: Spec) -> Study:
    """Begin a study, or go on with the one of this name. Raises StudyError and TROUBLE.

    An empty `search` goes on with whatever the study is; otherwise it must be the same.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    new = msgspec.structs.replace(wanted, trials=wanted.trials or DEFAULT_TRIALS)
    created = False
    try:
        if not wanted.search:
            study, spec = join(storage, name)
        else:
            try:
                study = optuna.create_study(storage=storage.optuna, study_name=name, direction="maximize")
                study.set_user_attr(SPEC, msgspec.to_builtins(new))
                spec, created = new, True
            except DuplicatedStudyError:
                study, spec = join(storage, name, new)
    except (KeyError, msgspec.ValidationError, ConfigError) as error:
        raise StudyError(
            f"study {name}: was not made by this program in {storage.place} ({error}); use another name"
        ) from error
    spec = agreed(name, spec, wanted)
    if spec.trials != study.user_attrs[SPEC]["trials"]:
        study.set_user_attr(SPEC, msgspec.to_builtins(spec))
    study.sampler, study.pruner = build_sampler(spec, created), build_pruner(spec)
    return Study(study, storage, spec)


def join(storage: Storage, name: str, new: Spec | None = None, patience: float = CREATION) -> tuple[optuna.Study, Spec]:
    """Load a study of others. One that was created and then abandoned becomes `new`. Raises StudyError.

    Another engine gets `patience` seconds to write down what a study is that it has just created.
    """
    try:
        study = optuna.load_study(study_name=name, storage=storage.optuna)
    except KeyError:
        raise StudyError(f"there is no study {name!r} in {storage.place}; add --search to start it") from None
    began = time.monotonic()
    while SPEC not in study.user_attrs and time.monotonic() - began < patience:
        time.sleep(0.05)
    if SPEC not in study.user_attrs and new is not None and not study.get_trials(deepcopy=False):
        study.set_user_attr(SPEC, msgspec.to_builtins(new))
    return study, msgspec.convert(study.user_attrs[SPEC], Spec)


def build_sampler(spec: Spec, created: bool) -> optuna.samplers.BaseSampler:
    """Return the sampler. Whoever created the study goes by the base's seed; those that join it must not.

    TPE is multivariate (fields are chosen together), and takes trials in progress for bad ones, so that engines that
    share a study do not all try the same.
    """
    seed = spec.config.seed % 2**32 if created else None
    if spec.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    startup = max(5, min(10, spec.trials // 4))
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True, n_startup_trials=startup)


def build_pruner(spec: Spec) -> optuna.pruners.BasePruner:
    epochs = spec.config.epochs
    match spec.pruner:
        case "median":
            return optuna.pruners.MedianPruner(n_startup_trials=5)
        case "hyperband":
            return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3)
        case _:
            return optuna.pruners.NopPruner()
