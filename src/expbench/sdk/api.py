"""The fluent functions: they log to the active run, join that of `exp run`, or begin one of their own.

Every process has a stack of runs, shared by its threads; the topmost is the active one. Inside `exp run` (the
environment says so) the first call joins its run, also in forked and spawned workers. Alone, the first call begins
a full run through `_begin`, which the package's root has connected: this layer builds nothing itself.
"""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from expbench.sdk.active import ActiveRun
from expbench.sdk.silent import SilentRun

# Begins a run that this process ends itself: (name, experiment, tags, id of the parent run).
Begin = Callable[[str | None, str | None, Iterable[str], str | None], ActiveRun]

RUN_ID: Final = "EXP_RUN_ID"
RUN_DIR: Final = "EXP_RUN_DIR"

_stack: list[ActiveRun] = []
_lock = threading.RLock()
_begin: Begin | None = None


def connect(begin: Begin) -> None:
    """Say how a run is begun where there is none to join."""
    global _begin
    _begin = begin


def start_run(
    name: str | None = None, experiment: str | None = None, tags: Iterable[str] = (), nested: bool = False
) -> ActiveRun:
    """Join the run of `exp run`, or begin a run with its snapshot; `nested` begins one below the active run."""
    with _lock:
        active = _stack[-1] if _stack else None
        if nested:
            return _push(_new(name, experiment, tags, (active or _current()).id or None))
        if active is None:
            active = _push(_joined() or _new(name, experiment, tags, None))
            if active.joined:
                active.describe(name, experiment, tags)
        elif active.joined:
            active.describe(name, experiment, tags)
        else:
            active.complain(f"the run {active.name} is active already; start_run(nested=True) begins one below it")
        return active


def active_run() -> ActiveRun | None:
    """The active run, or None. Inside `exp run` there always is one."""
    with _lock:
        if not _stack and (joined := _joined()) is not None:
            _push(joined)
        return _stack[-1] if _stack else None


def end_run(status: str = "finished") -> None:
    """End the active run as `finished` or `failed`; inside `exp run` the end of the process decides."""
    if status not in ("finished", "failed", "killed"):
        raise TypeError(f"a run ends as finished or failed, not as {status!r}")
    with _lock:
        if _stack:
            _stack.pop().end(status)


def leave(run: ActiveRun, error: BaseException | None) -> None:
    """End a run whose `with` block is left, by what left it."""
    with _lock:
        if run in _stack:
            _stack.remove(run)
    run.end(*outcome(error))


def outcome(error: BaseException | None) -> tuple[str, int | None, str | None]:
    """Status, exit code and signal for what ended a block or a process."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "finished", 0, None
    if isinstance(error, KeyboardInterrupt):
        return "killed", None, "SIGINT"
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return "failed", error.code & 0xFF, None
    return "failed", 1, None


def log_param(key: str, value: Any) -> None:  # noqa: ANN401  # any value
    """Record a parameter."""
    _current().log_param(key, value)


def log_params(params: Mapping[str, Any]) -> None:
    """Record parameters; nested tables get dotted names."""
    _current().log_params(params)


def log_metric(key: str, value: Any, step: int | None = None) -> None:  # noqa: ANN401  # any number
    """Log one point; `step=None` is the series' last step plus one."""
    (_stack[-1] if _stack else _current()).log_metric(key, value, step)


def log_metrics(metrics: Mapping[str, Any], step: int | None = None) -> None:
    """Log one point of each of several metrics."""
    _current().log_metrics(metrics, step)


log = log_metrics


def log_artifact(path: str | os.PathLike[str], to: str | None = None) -> None:
    """Keep a copy of a file with the run, as `to` or under its own name."""
    _current().log_artifact(path, to)


def log_artifacts(folder: str | os.PathLike[str]) -> None:
    """Keep copies of all files of a folder with the run."""
    _current().log_artifacts(folder)


def log_text(text: str, to: str) -> None:
    """Keep a text as an artifact."""
    _current().log_text(text, to)


def log_dict(document: Any, to: str) -> None:  # noqa: ANN401  # any JSON data
    """Keep a mapping or list as a JSON or YAML artifact."""
    _current().log_dict(document, to)


def log_figure(figure: Any, to: str) -> None:  # noqa: ANN401  # any figure
    """Keep a figure of matplotlib or plotly as an artifact."""
    _current().log_figure(figure, to)


def log_image(image: Any, to: str) -> None:  # noqa: ANN401  # any image
    """Keep an image as an artifact."""
    _current().log_image(image, to)


def set_tag(key: str, value: Any) -> None:  # noqa: ANN401  # shown as text
    """Set an attribute, a key with a text (what MLflow calls a tag)."""
    _current().set_tag(key, value)


def add_tag(word: str) -> None:
    """Add a flat tag."""
    _current().add_tag(word)


def set_note(text: str) -> None:
    """Set the run's note."""
    _current().set_note(text)


def params() -> dict[str, Any]:
    """All params of the run: what `-P`, the command line, params files and code gave."""
    return _current().params()


def should_stop() -> bool:
    """Whether `exp stop` was asked for."""
    run = active_run()
    return run is not None and run.should_stop()


def _current() -> ActiveRun:
    with _lock:
        return _stack[-1] if _stack else _push(_joined() or _new(None, None, (), None))


def _joined() -> ActiveRun | None:
    """The run that this process is part of, when its environment names one that is there."""
    run_id, run_dir = os.environ.get(RUN_ID), os.environ.get(RUN_DIR)
    if not run_id or not run_dir or not os.path.isdir(run_dir):
        return None
    return ActiveRun(run_id, None, run_dir)


def _new(name: str | None, experiment: str | None, tags: Iterable[str], parent: str | None) -> ActiveRun:
    if _begin is None:
        return SilentRun("nothing begins runs here")
    return _begin(name, experiment, tags, parent)


def _push(run: ActiveRun) -> ActiveRun:
    _stack.append(run)
    return run


def _in_child() -> None:
    """In a forked child: a lock that another thread held would never be free again."""
    global _lock
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_in_child)
