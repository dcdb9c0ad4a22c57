"""Commands that the processes of the pool carry out, and those that they keep from being carried out."""

import msgspec

from engine.server.pool.pool import Pool
from engine.server.protocols import Reply
from engine.storage.runs.folders import named_run
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CommandFailed,
    Continue,
    DeleteRun,
    EditRun,
    Pause,
    PlanJobs,
    StartRun,
    Steer,
    Stop,
)


def taken(pool: Pool, command: AnyCommand, tell: Reply, alone: str) -> bool:
    """Tell whether a command is the pool's, which then answers it. `alone` names what trains in the engine itself.

    Raises RunError for a run that is not there, and OSError where no process can be started.
    """

    def reply(answer: AnyEvent) -> None:
        tell(msgspec.structs.replace(answer, reply_to=command.id))

    match command:
        case StartRun() if command.jobs > 1:
            if why := busy(pool, command, alone):
                reply(CommandFailed(reason=why, busy=True))
            else:
                pool.start(command, reply)
        case PlanJobs():
            pool.plan(command, reply)
        case Stop() | Pause() | Continue() | Steer() if runs := meant(pool, command, alone):
            pool.tell([pool.runs[run] for run in runs], command, reply)
        case EditRun() if (name := named_run(pool.checkpoints, command.run).name) in pool.runs:
            pool.tell([pool.runs[name]], command, reply)  # its record is written again after each epoch
        case DeleteRun() if why := needed(pool, named_run(pool.checkpoints, command.run).name):
            reply(CommandFailed(reason=why))
        case _:
            return False
    return True


def busy(pool: Pool, command: StartRun, alone: str) -> str:
    """Say why a run cannot begin beside others now, "" where it can."""
    if alone and not command.queued:
        return f"{alone} is training; stop it first"
    if len(pool.working) >= command.jobs:
        runs = counted(len(pool.working), "run")
        return f"{runs} of {command.jobs} train already ({', '.join(pool.runs)}); stop one first"
    return ""


def meant(pool: Pool, command: Stop | Pause | Continue | Steer, alone: str) -> list[str]:
    """Return the runs of the pool that a command is about. Raises RunError."""
    if command.run:
        name = named_run(pool.checkpoints, command.run).name
        return [name] if name in pool.runs else []
    return [] if alone or isinstance(command, Steer) else list(pool.runs)


def needed(pool: Pool, name: str) -> str:
    """Say what keeps a run from being deleted, "" for nothing."""
    for run, place in pool.runs.items():
        doing = "paused" if place.paused else "training"
        if run == name:
            return f"run {run} is {doing}; stop it first, then delete it"
        if place.parent == name:
            return f"run {name} is the parent of {run}, which is {doing}; stop that one first, then delete it"
    return ""
