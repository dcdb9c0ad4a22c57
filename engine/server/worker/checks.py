"""Whether a command can be carried out now, by this process, on this machine; and what is answered where it cannot."""

from collections.abc import Callable

import msgspec

from engine.data.find import DataError
from engine.insight.pieces import TooManyQuestions
from engine.insight.runs.undisturbed import InsightError
from engine.machine.device import DeviceError, choose_device
from engine.machine.process_group import GroupBroken, ProcessGroup
from engine.networks.own.code import Code
from engine.networks.own.isolation import OwnCodeFailed, traces_of_others
from engine.storage.files import in_words
from engine.storage.printing import say_traceback
from engine.storage.runs.checkpoint import CheckpointError
from engine.storage.runs.folders import RunError
from engine.storage.runs.queue_file import QueueError
from engine.tracking.trackers import resolved, trust
from engine.tuning.files import StudyError
from engine.vocabulary.config import ConfigError, RunConfig, Value
from engine.vocabulary.messages import AnyEvent, CommandFailed


class CommandError(Exception):
    """A command that cannot be carried out now; the message says why and what to do."""


class Busy(CommandError):
    """Something else trains; a run can wait in the queue."""


class EngineStale(CommandError):
    """This process is no longer as it was: what is to be trained wants another one."""


REFUSALS = (
    CommandError,
    ConfigError,
    DataError,
    DeviceError,
    RunError,
    CheckpointError,
    StudyError,
    QueueError,
    TooManyQuestions,
    OwnCodeFailed,
    InsightError,
    OSError,
)  # what a command may raise that cannot be carried out


def check_machine(config: RunConfig, group: ProcessGroup) -> None:
    """Raise ConfigError or DeviceError for what this machine, or this engine, has not."""
    choose_device(config.device)
    if config.processes != group.size:
        raise ConfigError(
            f"Processes (processes): {config.processes}, but this engine has {group.size}; end it with `mnist-tui"
            f" engine stop` and train with --processes {config.processes}, or use {group.size}"
        )


def check_traces(*codes: Code | None) -> None:
    """Raise EngineStale where other code than this has changed the engine for good."""
    if trace := traces_of_others(*codes):
        raise EngineStale(
            f"the next run needs a new engine, as {trace}; end this one with `mnist-tui engine stop`, and train again"
        )


def check_deletable(run: str, live: str, parent: str, paused: bool) -> None:
    """Raise CommandError for a run that is in use: the `live` one, or that one's parent."""
    doing = "paused" if paused else "training"
    if live and run == live:
        raise CommandError(f"run {run} is {doing}; stop it first, then delete it")
    if live and run == parent:
        raise CommandError(f"run {run} is the parent of {live}, which is {doing}; stop that one first, then delete it")


def checked(config: RunConfig) -> RunConfig:
    """Return the configuration of a message, which decoding has checked for types alone. Raises ConfigError."""
    return RunConfig().replace(where_to_log(msgspec.structs.asdict(config)))


def where_to_log(changes: dict[str, Value]) -> dict[str, Value]:
    """Return hyperparameters with the trackers that they name in full. Raises ConfigError where one is not there."""
    if not changes.get("log_to"):
        return changes
    log_to = resolved(str(changes["log_to"]))
    trust(log_to)  # a command has named them; a run that waits was looked at before
    return {**changes, "log_to": log_to}


def answered(command: str, work: Callable[[], AnyEvent | None]) -> AnyEvent | None:
    """Return what a command comes to; a failure is an answer too, and never ends the engine. Raises GroupBroken."""
    try:
        return work()
    except GroupBroken:
        raise
    except EngineStale as error:
        return CommandFailed(reason=str(error), renew=True)
    except Busy as error:
        return CommandFailed(reason=str(error), busy=True)
    except REFUSALS as error:
        return CommandFailed(reason=in_words(error))
    except (Exception, SystemExit) as error:
        say_traceback()
        return CommandFailed(reason=f"{command} failed: {type(error).__name__}: {error}")
