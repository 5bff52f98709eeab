"""The fluent functions: they log to the active run, join that of `exp run`, or begin one of their own.

Every process has a stack of runs, shared by its threads; the topmost is the active one. Inside `exp run` (the
environment says so) the first call joins its run, also in forked and spawned workers. Alone, the first call begins
a full run through `_begin`, which the package's root has connected: this layer builds nothing itself.
"""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from expbench.adapters.store.holding import is_held
from expbench.errors import attempted
from expbench.sdk.active import ActiveRun, words_of
from expbench.sdk.silent import SilentRun
from expbench.sdk.values import WrongUse, checked_tags, checked_text

RUN_ID: Final = "EXP_RUN_ID"
RUN_DIR: Final = "EXP_RUN_DIR"
# The process that ends the run that it began itself; it keeps its number when it becomes another program.
RUN_OWNER: Final = "EXP_RUN_OWNER"


class Wish(NamedTuple):
    """What a run that begins is to be: tags are words, `parent` is the id of the run above it."""

    name: str | None = None
    experiment: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = {}
    parent: str | None = None


class Beginnings(NamedTuple):
    """How this process gets a run of its own: a new one, or the one that it had before `os.exec` (its folder)."""

    begin: Callable[[Wish], ActiveRun]
    adopt: Callable[[str], ActiveRun | None]


_stack: list[ActiveRun] = []
_lock = threading.RLock()
_beginnings: Beginnings | None = None


def connect(beginnings: Beginnings) -> None:
    """Say how a run is begun where there is none to join."""
    global _beginnings
    _beginnings = beginnings


def start_run(
    name: str | None = None, experiment: str | None = None, tags: Iterable[str] = (), nested: bool = False
) -> ActiveRun:
    """Join the run of `exp run`, or begin a run with its snapshot; `nested` begins one below the active run.

    `tags` are words; a mapping, as MLflow has it, sets attributes.
    """
    wish = _wish(name, experiment, tags)
    with _lock:
        is_first = not _stack
        active = active_run()
        if nested or active is None:
            return _push(_new(wish._replace(parent=active.id or None if active else None)))
        if is_first or active.joined:
            active.describe(wish.name, wish.experiment, wish.tags, wish.attributes)
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
    """End the active run as `finished` or `failed`; inside `exp run` the end of the process decides.

    MLflow's `KILLED` counts as failed: only a signal kills.
    """
    word = checked_text(status, "a status").lower()
    if word not in ("finished", "failed", "killed"):
        raise WrongUse(f"a run ends as finished or failed, not as {status!r}")
    with _lock:
        if _stack:
            _stack.pop().end("finished" if word == "finished" else "failed")


def leave(run: ActiveRun, error: BaseException | None) -> None:
    """End a run whose `with` block is left, by what left it."""
    with _lock:
        if run in _stack:
            _stack.remove(run)
    run.end(*outcome(error))


def outcome(error: BaseException | None) -> tuple[str, int | None, str | None]:
    """Status, exit code and signal for what ended a block or a process."""
    if error is None:
        return "finished", 0, None
    if isinstance(error, KeyboardInterrupt):
        return "killed", None, "SIGINT"
    if not isinstance(error, SystemExit):
        return "failed", 1, None
    code = 0 if error.code is None else error.code & 0xFF if isinstance(error.code, int) else 1
    return ("failed" if code else "finished"), code, None


def log_param(key: str, value: Any) -> None:  # noqa: ANN401  # any value
    """Record a parameter."""
    _current().log_param(key, value)


def log_params(params: Mapping[str, Any]) -> None:
    """Record parameters; nested tables get dotted names."""
    _current().log_params(params)


def log_metric(key: str, value: Any, step: int | None = None) -> None:  # noqa: ANN401  # any number
    """Log one point; `step=None` is the series' last step plus one."""
    try:
        run = _stack[-1]
    except IndexError:
        run = _current()
    run.log_metric(key, value, step)


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
        return active_run() or _push(_new(Wish()))


def _joined() -> ActiveRun | None:
    """The run that this process is part of, when its environment names one that is going on."""
    run_id, run_dir = os.environ.get(RUN_ID), os.environ.get(RUN_DIR)
    if not run_id or not run_dir:
        return None
    if not os.path.isdir(run_dir):
        return SilentRun(f"the folder of the run {run_id} is gone")

    def unreadable(error: Exception) -> ActiveRun:
        return SilentRun(words_of(error))

    return attempted(lambda: _joined_at(run_id, run_dir), unreadable)


def _joined_at(run_id: str, run_dir: str) -> ActiveRun | None:
    if not is_held(run_dir) and _has_ended(run_dir):
        return None
    is_own = os.environ.get(RUN_OWNER) == str(os.getpid())
    adopted = _beginnings.adopt(run_dir) if is_own and _beginnings is not None else None
    return adopted or ActiveRun(run_id, None, run_dir)


def _has_ended(run_dir: str) -> bool:
    from expbench.sdk.details import has_ended

    return has_ended(run_dir)


def _new(wish: Wish) -> ActiveRun:
    beginnings = _beginnings
    if beginnings is None:
        return SilentRun("nothing begins runs here")

    def failed(error: Exception) -> ActiveRun:
        return SilentRun(words_of(error))

    return attempted(lambda: beginnings.begin(wish), failed)


def _wish(name: object, experiment: object, tags: object) -> Wish:
    words, attributes = checked_tags(tags)
    return Wish(
        None if name is None else checked_text(name, "a name"),
        None if experiment is None else checked_text(experiment, "an experiment"),
        tuple(words),
        attributes,
    )


def _push(run: ActiveRun) -> ActiveRun:
    _stack.append(run)
    return run


# A fork waits until a run that another thread is beginning is there for the child, too; but not for ever.
def _before_fork() -> None:
    _lock.acquire(timeout=30)


def _after_fork() -> None:
    with suppress(RuntimeError):  # it was not to be had
        _lock.release()


def _in_child() -> None:
    global _lock
    _lock = threading.RLock()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
