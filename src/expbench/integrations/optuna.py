"""Optuna: every trial is a run below the study's run. Optuna's own storage is left as it is.

    from expbench.integrations.optuna import ExpCallback

    exp = ExpCallback()
    study.optimize(exp.track(objective), n_trials=50, callbacks=[exp])

The study's run gets `value` and `best_value`, one point a trial. Without `track` trials are recorded after they have
ended; with it, what the objective logs goes to its trial's run. A pruned trial is a finished run, tagged `pruned`.
"""

import functools
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import expbench
from expbench.integrations import current_run, missing
from expbench.integrations.values import numbers, plain

try:
    import optuna
    from optuna.trial import TrialState
except ImportError as error:
    raise missing("optuna", error) from error

Values = float | Sequence[float]
Objective = Callable[["optuna.Trial"], Values]

# A process has one active run, shared by its threads (`n_jobs`), so only one trial at a time can be it.
_turn = threading.RLock()


class ExpCallback:
    """A callback of `study.optimize`, which also ends the study on `exp stop`. `metric_name` names the objective."""

    def __init__(self, metric_name: str | Sequence[str] = "value") -> None:
        self._names = [metric_name] if isinstance(metric_name, str) else list(metric_name)
        self._tracked: set[tuple[str, int]] = set()

    def track(self, objective: Objective) -> Objective:
        """The objective with a run around each trial; for one trial at a time, so `n_jobs` is 1."""

        @functools.wraps(objective)
        def tracked(trial: "optuna.Trial") -> Values:
            if not _turn.acquire(blocking=False):
                warnings.warn("of trials in parallel threads only one has a run while it lasts", stacklevel=2)
                return objective(trial)
            try:
                return self._within_run(objective, trial)
            finally:
                _turn.release()

        return tracked

    def __call__(self, study: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> None:
        """After each trial."""
        with _turn:
            current_run()  # the study's own comes first, also where nobody has begun it
            if (study.study_name, trial.number) not in self._tracked:
                with _begun(study, trial.number) as run:
                    _log_trial(trial)
                    expbench.log_metrics(self._named(trial.values))
                    if trial.state == TrialState.PRUNED:
                        run.add_tag("pruned")
                    if trial.state == TrialState.FAIL:
                        run.end("failed", 1)
            expbench.log_metrics({**self._named(trial.values), **self._best(study)}, step=trial.number)
            if expbench.should_stop():
                study.stop()

    def _within_run(self, objective: Objective, trial: "optuna.Trial") -> Values:
        current_run()
        self._tracked.add((trial.study.study_name, trial.number))
        with _begun(trial.study, trial.number) as run:
            try:
                values = objective(trial)
            except BaseException as error:
                _log_trial(trial.study.get_trials(deepcopy=False)[trial.number])
                if isinstance(error, optuna.TrialPruned):
                    run.add_tag("pruned")
                    run.end("finished", 0)
                raise
            _log_trial(trial.study.get_trials(deepcopy=False)[trial.number])
            expbench.log_metrics(self._named(values))
            return values

    def _named(self, values: Values | None) -> dict[str, Any]:
        """The objectives' values by name; with fewer names than values they are numbered."""
        given = [] if values is None else list(values) if isinstance(values, Sequence) else [values]
        numbered = [f"{self._names[0]}_{number}" for number in range(len(given))]
        return numbers(dict(zip(self._names if len(self._names) >= len(given) else numbered, given, strict=False)))

    def _best(self, study: "optuna.Study") -> dict[str, float]:
        try:
            return {f"best_{self._names[0]}": study.best_value}
        except (RuntimeError, ValueError):
            return {}  # several objectives, or no trial that counts yet


def _begun(study: "optuna.Study", number: int) -> "expbench.ActiveRun":
    run = expbench.start_run(name=f"trial-{number}", nested=True)
    run.set_tag("optuna.study", study.study_name)
    run.set_tag("optuna.trial", number)
    return run


def _log_trial(trial: "optuna.trial.FrozenTrial") -> None:
    """Log what was suggested, and what the objective reported on its way."""
    expbench.log_params({key: plain(value) for key, value in trial.params.items()})
    for step, value in trial.intermediate_values.items():
        expbench.log_metrics(numbers({"intermediate": value}), step=step)
