"""What each command does, and what has to be checked before it."""

from collections.abc import Callable, Iterator
from functools import partial

from engine.data.folder import export_pngs
from engine.insight.certainty.asked import IN_WORDS, Asked, LongQuestion, runs_asked
from engine.insight.pieces import LongQuestions
from engine.networks.own.check import described
from engine.networks.own.code import Code, named_code
from engine.networks.summary import describe_network
from engine.server.pool.commands import taken
from engine.server.pool.planning import measured
from engine.server.protocols import Reply
from engine.server.worker.checks import Busy, CommandError, answered, check_deletable, check_machine, checked
from engine.server.worker.inspection import Inspector, Question
from engine.server.worker.jobs import Jobs
from engine.server.worker.loaded_data import Loader
from engine.server.worker.network_checks import NetworkChecks
from engine.server.worker.run_queue import RunQueue
from engine.storage.printing import say
from engine.storage.runs.folders import named_run
from engine.storage.runs.queue_file import check_unneeded
from engine.storage.runs.record import OwnWords, edit
from engine.storage.runs.trash import delete_run, restore_run
from engine.storage.typed_path import path_of
from engine.techniques.augmentation_preview import preview
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CancelDownload,
    CommandDone,
    CommandFailed,
    Continue,
    DeleteRun,
    DescribeModel,
    DownloadData,
    EditQueued,
    EditRun,
    Enqueue,
    Evaluate,
    ExportData,
    FindRate,
    LoadData,
    Pause,
    PauseQueue,
    PlanJobs,
    PreviewAugmentation,
    QueueCommand,
    RestoreRun,
    ResumeRun,
    RunsChanged,
    SetJobs,
    Shutdown,
    StartRun,
    StartStudy,
    Steer,
    Stop,
    StopFinding,
    StopMeasuring,
)
from engine.vocabulary.search_space import networks_in, parse_search


class CommandHandler:
    """`ending` is set once the engine was told to end."""

    def __init__(
        self,
        loader: Loader,
        inspector: Inspector,
        jobs: Jobs,
        queue: RunQueue,
        submit: Callable[[AnyCommand, Reply], None],
    ) -> None:
        self.loader = loader
        self.inspector = inspector
        self.jobs = jobs
        self.queue = queue
        self.submit = submit
        self.checks = NetworkChecks(submit)
        self.questions = LongQuestions(jobs.sink.publish, answered)
        self.ending = False

    def waits_for_check(self, command: AnyCommand, reply: Reply) -> bool:
        """Have users' own networks checked before they are trained; tell whether the command has to wait for it.

        Raises NetworkError for what cannot be trained, and CommandError where something trains, or is about to.
        """
        if isinstance(command, StartRun | ResumeRun | StartStudy):
            self.jobs.check_free()
            if self.checks.starting is not None:
                raise Busy("a run is about to start, once its network has been checked; stop it first")
        for config, code, classes in self.networks_to_check(command):
            result = self.checks.result_of(config, code, command, reply, classes)
            if result is None:
                return True
            described(result)
            for note in result.found:
                say(note)
        return False

    def networks_to_check(self, command: AnyCommand) -> Iterator[tuple[RunConfig, Code, int]]:
        """Yield the users' own networks of a command that are to be trained, or asked while something else trains, with
        their numbers of classes. Raises DataError."""
        configs: list[RunConfig] = []
        match command:
            case PlanJobs():
                configs = [checked(command.config)]
            case StartRun() if not command.fork:
                configs = [checked(command.config)]
            case FindRate() if command.new or self.jobs.live is None:
                configs = [checked(command.config)]
            case StartStudy():
                base = checked(command.base)
                models = {base.model, *(networks_in(parse_search(command.search)) if command.search else ())}
                configs = [base.replace({"model": model}) for model in sorted(models)]
            case _ if isinstance(command, Asked) and self.jobs.training is not None:
                yield from filter(
                    None, (self.inspector.runs.code_of(run, self.jobs.live) for run in runs_asked(command))
                )
            case _:
                return
        for config in configs:
            code = named_code(config.model)
            if code is not None:
                yield config, code, self.loader.classes_for(config, load=self.jobs.training is None)

    def handle(self, command: AnyCommand, reply: Reply) -> AnyEvent | None:
        """Return the answer, or None when it comes later: from the process that does it, or, where a user's own network
        has to be checked first, when the command is carried out again."""
        if isinstance(command, Stop) and command.pause_queue:
            self.queue.handle(PauseQueue())
        if self.jobs.pool is not None and taken(self.jobs.pool, command, reply, alone(self.jobs)):
            return None
        if self.waits_for_check(command, reply):
            return None
        if isinstance(command, StartRun | StartStudy | ResumeRun | Continue | StopFinding | Shutdown):
            self.jobs.end_finding(f"stopped by another command ({type(command).__name__})")
        match command:
            case StartRun():
                self.jobs.start(command)
            case ResumeRun():
                self.jobs.resume(command)
            case Steer():
                self.jobs.steer(command)
            case PlanJobs():
                config = checked(command.config)
                return measured(config, self.loader.data_for(config), named_code(config.model))
            case StartStudy():
                self.jobs.start_study(command)
            case Pause() | Continue():
                self.jobs.pause(isinstance(command, Pause))
            case Stop():
                if not self.checks.cancel("stopped before it began"):
                    self.jobs.stop(command.force)
            case LoadData():
                if self.jobs.training is None:
                    self.loader.load(command.path)
                elif command.path != self.loader.path:
                    raise CommandError("a run is training on the loaded data; stop it before loading other data")
                if self.loader.announced is not None:
                    return self.loader.announced if self.loader.unchanged() else self.loader.outdated()
            case DownloadData():
                self.loader.start_download(command.name, lambda path: self.submit(LoadData(path=path), self.downloaded))
            case CancelDownload():
                self.loader.cancelled.set()
            case ExportData():
                export_pngs(self.loader.needed(), path_of(command.path), self.loader.progress)
            case PreviewAugmentation():
                return preview(command, self.loader.needed())
            case FindRate():
                self.jobs.find_rate(command)
            case StopFinding():
                pass  # done above, as for each command that wants the device
            case StopMeasuring():
                self.questions.stop(CommandError("stopped by a screen or a command"))
            case _ if isinstance(command, LongQuestion):
                begin = partial(self.inspector.answering, command, self.jobs.live, self.loader.unchanged())
                self.questions.ask(IN_WORDS[type(command)], command, reply, begin)
                return None
            case _ if isinstance(command, Question):
                data = self.loader.unchanged(at_once=isinstance(command, Evaluate))
                return self.inspector.answer(command, self.jobs.live, data)
            case DescribeModel():
                config = checked(command.config)
                code = named_code(config.model)
                if code is None:
                    return describe_network(config, self.loader.classes_for(config))
                result = self.checks.result_of(config, code, command, reply, self.loader.classes_for(config))
                return None if result is None else described(result)
            case EditRun() | DeleteRun() | RestoreRun():
                self.change_run(command)
            case SetJobs() if command.jobs != 1 and self.jobs.pool is not None:
                self.jobs.pool.plan(self.queue.question(command), partial(self.queue.set_jobs, command, reply))
                return None
            case _ if isinstance(command, QueueCommand):
                if isinstance(command, Enqueue | EditQueued):
                    check_machine(command.config, self.jobs.group)
                return self.queue.handle(command)
            case Shutdown():
                self.checks.cancel("the engine ends", all=True)
                self.questions.stop(CommandError("the engine ends"))
                if self.jobs.training is not None:
                    self.jobs.stop(command.force)
                if self.jobs.pool is not None:
                    self.jobs.pool.end(force=command.force)
                if self.jobs.study is not None:
                    self.jobs.end_study()
                self.loader.cancelled.set()
                self.ending = True
            case _:
                raise CommandError(f"{type(command).__name__} is not a command for the engine's worker")
        return CommandDone()

    def change_run(self, command: EditRun | DeleteRun | RestoreRun) -> None:
        """Change a run on disk, and tell every screen. Here, as nothing begins or resumes a run meanwhile."""
        active, checkpoints = self.jobs.active, self.jobs.checkpoints
        changed = RunsChanged()
        match command:
            case EditRun():
                words = OwnWords(title=command.title, note=command.note, star=command.star)
                folder = named_run(checkpoints, command.run)
                if active is not None and folder.name == active.run.name:
                    active.log.edit(words)  # its record is written again after each epoch
                else:
                    edit(folder, words)
            case DeleteRun():
                folder = named_run(checkpoints, command.run)
                if active is not None:
                    check_deletable(folder.name, active.run.name, active.log.record.parent, active.paused)
                check_unneeded(self.queue.queue.runs, folder.name, "delete it")
                delete_run(folder)
                changed = RunsChanged(deleted=folder.name)
            case RestoreRun():
                restore_run(checkpoints, command.run)
        self.jobs.sink.publish(changed)

    def downloaded(self, answer: AnyEvent) -> None:
        """Tell those who wait for the downloaded data that it is there, although a run keeps it from being loaded."""
        if isinstance(answer, CommandFailed) and self.jobs.training is not None:
            self.loader.announce("the data set is downloaded; the next run uses it")


def alone(jobs: Jobs) -> str:
    """Return what trains in the engine's own process, "" for nothing."""
    if jobs.active is not None:
        return f"run {jobs.active.run.name}"
    return f"study {jobs.study.name}" if jobs.study is not None else ""
