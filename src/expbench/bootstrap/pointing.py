"""Logging points from outside of Python, for `exp log-metric`. Imports little, since loops in shells call it."""

import os
from collections.abc import Iterable, Mapping

from expbench.adapters.series.names import is_digest, stem_of
from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.holding import is_held
from expbench.errors import ExpError, UsageError


def log_points(points: Iterable[tuple[str, float]], step: int | None, environ: Mapping[str, str]) -> None:
    """Log these points (metric, value) into the run that the environment names.

    Raises `UsageError` outside of a run, and `ExpError` when a point can't be written; those before it are kept.
    """
    run_dir = _live_run(environ)
    writer = SeriesWriter(os.path.join(run_dir, "metrics"), "cli")
    for key, value in points:
        stem = stem_of(key)
        if is_digest(stem):
            _tell_key(run_dir, stem, key)
        try:
            writer.append(key, value, step)
        except OverflowError as error:
            hint = "exp log-metric loss=0.31 --step 5"
            raise ExpError(f"the point of {key} can't be recorded", str(error), hint) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise ExpError(f"the point of {key} can't be recorded", why, "df -h . && ls -ld .exp") from error


def _live_run(environ: Mapping[str, str]) -> str:
    run_id, run_dir = environ.get("EXP_RUN_ID"), environ.get("EXP_RUN_DIR")
    if not run_id or not run_dir:
        raise UsageError("there is no run to log to", "EXP_RUN_DIR is not set", "exp run -- sh train.sh")
    if not os.path.isdir(run_dir):
        raise UsageError("there is no run to log to", f"{run_dir} is gone", "exp run -- sh train.sh")
    if not is_held(run_dir) and _has_ended(run_dir):
        raise UsageError(f"the run {run_id} has ended", "nothing more can be logged to it", "exp run -- sh train.sh")
    return run_dir


def _has_ended(run_dir: str) -> bool:
    from expbench.sdk.details import has_ended

    return has_ended(run_dir)


def _tell_key(run_dir: str, stem: str, key: str) -> None:
    from expbench.sdk.details import append_event

    append_event(run_dir, "series", {"stem": stem, "key": key})
