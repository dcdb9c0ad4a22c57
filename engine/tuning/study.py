"""A study: Optuna proposes trials and learns from their validation accuracy. Several engines may share one.

All that they know of each other is in the storage. A trial whose engine is gone is tried again by another one; of the
trials in all there are exactly as many as were asked for.
"""

import contextlib
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial, TrialState

from engine.machine.process_identity import ProcessIdentity, is_gone, this_process
from engine.tuning.definition import Spec
from engine.tuning.kept.storage import Storage
from engine.tuning.trial_summary import (
    ACCURACY,
    ATTEMPT,
    BASE,
    ENGINE,
    LOSS,
    PROBLEM,
    SECONDS,
    counts,
    summary_of,
)
from engine.vocabulary.config import Value
from engine.vocabulary.messages import TrialSummary
from engine.vocabulary.search_space import Choices, Dimension, holds, parse_search, values_of

GRACE = 300.0  # seconds without a beat after which an engine that cannot be looked up counts as gone
NAMELESS = 60.0  # the same for one that was gone before it could write down who it is
ENOUGH = 10  # trials to say what matters
ATTEMPTS = 3  # of a trial whose engines were lost


class TrialLost(Exception):
    """Another engine took this one for gone, and the trial over."""


@dataclass
class Trial:
    """A trial that this engine trains. `changes` are to the base configuration."""

    optuna: optuna.Trial
    changes: dict[str, Value]
    is_base: bool
    outside: bool  # of what is searched: the sampler learns nothing from it

    @property
    def number(self) -> int:
        return self.optuna.number


@contextlib.contextmanager
def still_ours(trial: Trial) -> Iterator[None]:
    """Raise TrialLost where a trial has been ended by somebody else."""
    try:
        yield
    except UpdateFinishedTrialError as error:
        raise TrialLost(f"another engine thought this one was gone and took over trial {trial.number}") from error


class Study:
    """An open study. Every method may raise one of TROUBLE; it may then be called again."""

    def __init__(self, study: optuna.Study, storage: Storage, spec: Spec) -> None:
        self.study = study
        self.storage = storage
        self.spec = spec
        self.space: tuple[Dimension, ...] = parse_search(spec.search)
        self.name = study.study_name
        self._identity = this_process()
        self._heartbeats: dict[int, tuple[int, float]] = {}  # beat of a trial's engine, and since when

    # ------------------------------------------------------------------ trials

    def take(self) -> Trial | None:
        """Return the next trial to train, None when all are taken (`waiting` tells whether more may come)."""
        self.reclaim()
        self._enqueue_base()
        trials = self._trials()
        waiting = any(trial.state == TrialState.WAITING for trial in trials)
        if not waiting and sum(map(counts, trials)) >= self.spec.trials:
            return None
        asked = self.study.ask()
        asked.set_user_attr(ENGINE, msgspec.to_builtins(self._identity))
        if self._is_surplus(asked.number):
            self.study.tell(asked, state=TrialState.FAIL, skip_if_finished=True)
            return None
        return self._trial_of(asked)

    def _trial_of(self, asked: optuna.Trial) -> Trial:
        is_base = bool(asked.user_attrs.get(BASE))
        base = values_of(self.space, self.spec.config)
        if is_base and not holds(self.space, base):
            return Trial(asked, {}, True, True)
        values: dict[str, Value] = {}
        for each in self.space:
            name = each.field.name
            if isinstance(each, Choices):
                chosen = asked.suggest_categorical(name, each.values)
                assert chosen is not None  # no choice of ours is
                values[name] = chosen
            elif each.whole:
                values[name] = asked.suggest_int(name, int(each.low), int(each.high), log=each.log)
            else:
                values[name] = each.neat(asked.suggest_float(name, each.low, each.high, log=each.log))
        return Trial(asked, {} if is_base else values, is_base, False)

    def report(self, trial: Trial, epoch: int, accuracy: float) -> bool:
        """Report the validation accuracy after an epoch; tell whether the pruner gives the trial up.

        The base configuration is never given up: all others are measured by it. Raises TrialLost.
        """
        with still_ours(trial), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an epoch that is reported again, after trouble
            trial.optuna.report(accuracy, epoch)
        return not trial.is_base and trial.optuna.should_prune()

    def tell(
        self, trial: Trial, accuracy: float | None, loss: float | None, seconds: float,
        *, pruned: bool = False, problem: str = "",
    ) -> None:  # fmt: skip
        """End a trial with its validation figures. Raises TrialLost.

        A trial that failed counts as pruned: from Optuna's own FAIL the sampler learns nothing, and tries such
        values again.
        """
        with still_ours(trial):
            for name, value in ((SECONDS, round(seconds, 3)), (LOSS, loss), (PROBLEM, problem)):
                if value not in (None, ""):
                    trial.optuna.set_user_attr(name, value)
            if pruned or problem:
                self.study.tell(trial.optuna, state=TrialState.PRUNED, skip_if_finished=True)
            elif trial.outside:
                trial.optuna.set_user_attr(ACCURACY, accuracy)
                self.study.tell(trial.optuna, state=TrialState.FAIL, skip_if_finished=True)
            else:
                self.study.tell(trial.optuna, accuracy, skip_if_finished=True)

    def put_back(self, trial: Trial) -> None:
        """Leave a trial unfinished, for whoever goes on with the study."""
        self._retry(self._frozen(trial.number), 0)

    def heartbeat(self, trial: Trial) -> None:
        """Show those who watch from elsewhere that this engine is there. Raises TrialLost."""
        self._identity = msgspec.structs.replace(self._identity, beat=self._identity.beat + 1)
        with still_ours(trial):
            trial.optuna.set_user_attr(ENGINE, msgspec.to_builtins(self._identity))

    # --------------------------------------------------------------- the others

    def reclaim(self) -> None:
        """Free the trials of engines that are gone."""
        for trial in self._trials():
            if trial.state == TrialState.RUNNING and self._lost(trial):
                self._retry(trial, 1)

    def waiting(self) -> bool:
        """Tell whether anything may still come: trials that others train, or that nobody has taken."""
        return any(not trial.state.is_finished() for trial in self._trials())

    def _lost(self, trial: FrozenTrial) -> bool:
        patience = GRACE
        try:
            identity = msgspec.convert(trial.user_attrs.get(ENGINE), ProcessIdentity)
        except msgspec.ValidationError:
            identity, patience = ProcessIdentity(machine="", pid=0, started=""), NAMELESS
        if identity.same_process(self._identity):
            return identity.opening != self._identity.opening
        gone = is_gone(identity)
        if gone is not None:
            return gone
        now = time.monotonic()
        beat, since = self._heartbeats.get(trial.number, (-1, now))
        if beat != identity.beat:
            beat, since = identity.beat, now
        self._heartbeats[trial.number] = (beat, since)
        return now - since > patience

    def _retry(self, trial: FrozenTrial, lost: int) -> None:
        """End a trial without a result and queue the same values again, unless its engines never survive it."""
        attempt = trial.user_attrs.get(ATTEMPT, 0) + lost
        try:
            if attempt >= ATTEMPTS:
                reason = f"its engine was lost {attempt} times"
                self.study._storage.set_trial_user_attr(trial._trial_id, PROBLEM, reason)
                self.study.tell(trial.number, state=TrialState.PRUNED)
                return
            self.study.tell(trial.number, state=TrialState.FAIL)
        except (UpdateFinishedTrialError, ValueError):
            return  # another engine was quicker
        kept = {name: trial.user_attrs[name] for name in (BASE,) if name in trial.user_attrs}
        params = trial.params or trial.system_attrs.get("fixed_params", {})
        if params or kept:  # of a trial that was lost before it had any, a new one takes the place
            self.study.enqueue_trial(dict(params), user_attrs={**kept, ATTEMPT: attempt})

    def _enqueue_base(self) -> None:
        """See to it that the base configuration is tried: what a search is worth is told by it."""
        if any(trial.user_attrs.get(BASE) and counts(trial) for trial in self._trials()):
            return
        values = values_of(self.space, self.spec.config)
        inside = holds(self.space, values)
        self.study.enqueue_trial(dict(values) if inside else {}, user_attrs={BASE: True})

    def _is_surplus(self, number: int) -> bool:
        """Tell whether engines that asked at the same time have taken enough trials before this one."""
        earlier = [trial for trial in self._trials() if trial.number < number and counts(trial)]
        mine = self._frozen(number)
        twice = mine.user_attrs.get(BASE) and any(trial.user_attrs.get(BASE) for trial in earlier)
        return bool(twice) or len(earlier) >= self.spec.trials

    # ------------------------------------------------------------------- looks

    def summaries(self) -> list[TrialSummary]:
        """Return how all trials stand, in order; those that were lost, too."""
        return [summary_of(trial, self.space) for trial in self._trials()]

    def importances(self) -> dict[str, float]:
        """Return each field's share in what made the best trials good (PED-ANOVA, arXiv:2304.10255).

        The best are a tenth of the trials, or five where that is more. {} while there are fewer than ENOUGH, or none
        better than another.
        """
        values = [trial.value for trial in self._trials() if trial.state == TrialState.COMPLETE]
        if len(values) < ENOUGH or len(set(values)) < ENOUGH // 2:
            return {}
        evaluator = PedAnovaImportanceEvaluator(target_quantile=max(0.1, 5 / len(values)))
        try:
            shares = get_param_importances(self.study, evaluator=evaluator)
        except (ValueError, RuntimeError, ArithmeticError):
            return {}  # values that do not differ enough
        return {name: round(float(share), 4) for name, share in shares.items() if 0 <= share <= 1}

    def _trials(self) -> list[FrozenTrial]:
        return self.study.get_trials(deepcopy=False)

    def _frozen(self, number: int) -> FrozenTrial:
        return self._trials()[number]
