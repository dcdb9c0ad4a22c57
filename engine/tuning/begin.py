"""Starting a study: the checks before it, and the data set that its trials see."""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from engine.data.dataset import Dataset
from engine.networks.own.code import Code, named_code, trust
from engine.storage.printing import say
from engine.storage.runs.checkpoint import brief
from engine.training.validation import split
from engine.tuning.active import ActiveStudy
from engine.tuning.definition import LOCAL, spec_of
from engine.tuning.files import StudyError, check_name, new_name
from engine.tuning.kept.storage import TROUBLE, open_storage
from engine.tuning.opening import open_study
from engine.tuning.study import Study
from engine.vocabulary.architectures import is_own
from engine.vocabulary.batches import count_held_out
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import StartStudy, StudyEvent
from engine.vocabulary.search_space import Dimension, Range, networks_in, parse_search

S = TypeVar("S", bound=ActiveStudy)
VALIDATION = 1 / 6  # of the training images, 10,000 of MNIST's, unless the base holds out another share


def begin_study(
    checkpoints: Path,
    command: StartStudy,
    data: Dataset,
    publish: Callable[[StudyEvent], None],
    *,
    kind: type[S],
    threads: int = 0,
) -> S:
    """Begin or continue the study of a command; its trials get `threads` where its base does not say how many.

    Raises StudyError, ConfigError and OSError.
    """
    wanted = spec_of(command.base, command.search, command.trials, command.sampler, command.pruner, data.fingerprint)
    if not command.name and (command.storage or not wanted.search):
        raise StudyError(
            "give the study a name with --name: the one to continue, or one by which other engines find it"
        )
    named = networks_in(parse_search(command.search)) if command.search else set()
    if wanted.search:
        check_batches(parse_search(wanted.search), wanted.config, data)
        for model in {command.base.model, *named}:
            named_code(model)  # refused before there is a study
    name = check_name(command.name or new_name(checkpoints))
    try:
        storage = open_storage(checkpoints, command.storage, name, new=bool(wanted.search))
        study = open_study(storage, name, wanted)
    except TROUBLE as error:
        raise StudyError(f"study {name}: its storage does not answer ({brief(error)})") from error
    if problem := storage.problem():
        say(f"study {name}: {problem}")
    base = study.spec.config.replace({field: getattr(command.base, field) for field in LOCAL})
    base = base.replace({"threads": base.threads or threads})
    check_batches(study.space, base, data)
    code = named_networks(study, {command.base.model, *named})
    return kind(study, base, trial_data(data, base, study.spec.conventions.stratified), code, publish)


def named_networks(study: Study, named: set[str]) -> dict[str, Code]:
    """Return the code of the users' own networks that a study trains.

    Raises StudyError for one that this very command has not named: a storage may come from somebody else.
    """
    found = {}
    for model in {study.spec.config.model, *networks_in(study.space)}:
        if is_own(model) and model not in named:
            raise StudyError(
                f"study {study.name}: trains {model}, somebody's own code; to run it, repeat the whole command with"
                " that network, --search and --name"
            )
        code = named_code(model)
        if code is not None:
            trust(code)
            found[model] = code
    return found


def trial_data(data: Dataset, base: RunConfig, stratified: bool = True) -> Dataset:
    """Return a data set without the test images: in their place stand training images, which are held out."""
    kept, held_out = split(data.train_labels, base.validation or VALIDATION, stratified)
    images, labels = data.train_images, data.train_labels
    if kept is None:
        raise StudyError(f"{data.path}: has too few training images to hold some out; use another data folder")
    kept, held_out = kept.to(images.device), held_out.to(images.device)
    return dataclasses.replace(
        data, train_images=images[kept], train_labels=labels[kept],
        test_images=images[held_out], test_labels=labels[held_out],
    )  # fmt: skip


def check_batches(space: Iterable[Dimension], base: RunConfig, data: Dataset) -> None:
    """Raise StudyError for a batch that could be larger than what trials are trained on."""
    sizes: list[Value] = [base.batch_size]
    for each in space:
        if each.field.name == "batch_size":
            sizes += [each.high] if isinstance(each, Range) else each.values
    images = len(data.train_labels)
    images -= count_held_out(images, base.validation or VALIDATION)
    largest = max(int(size) for size in sizes)
    if largest > images:
        raise StudyError(
            f"Batch size (batch_size): {largest} is more than the {images} images that a trial trains on; give less"
        )
