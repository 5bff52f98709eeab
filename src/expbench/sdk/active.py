"""A run that code logs to. Points go straight to their series; everything else is an event of the journal."""

import atexit
import os
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Final

from expbench.adapters.series.names import is_digest, stem_of
from expbench.adapters.series.writer import SeriesWriter
from expbench.errors import ExpError, attempted
from expbench.sdk.shield import shielded
from expbench.sdk.troubles import Troubles
from expbench.sdk.values import WrongUse, checked_key, checked_mapping, checked_number, checked_step, checked_text

STOP_FILE: Final = "stop"
# How a run that this process began ends: a status, an exit code, the name of a signal.
Finish = Callable[[str, int | None, str | None], None]


class ActiveRun:
    """One run: `id`, `name`, `dir` (its folder). A context manager; `finish` is None where `exp run` ends the run.

    No method raises but `TypeError` for wrong use.
    """

    def __init__(self, run_id: str, name: str | None, run_dir: str, finish: Finish | None = None) -> None:
        self.id = run_id
        self.dir = run_dir
        self.ended = False
        self._name = name
        self._owner = os.getpid()
        self._finish = finish
        self._writer = SeriesWriter(os.path.join(run_dir, "metrics"), "api")
        self._troubles = Troubles(lambda text: self._append("warned", {"text": text}))
        self._keys: set[str] = set()
        self._settles_at_exit = False
        _runs.add(self)

    @property
    def name(self) -> str:
        """The run's name."""
        if self._name is None:
            from expbench.sdk import details

            self._name = str(self._attempt("the run's name is unknown", lambda: details.name_of(self.dir), self.id))
        return self._name

    @property
    def joined(self) -> bool:
        """Whether something else, `exp run` or the parent process, ends this run."""
        return self._finish is None or os.getpid() != self._owner

    def describe(
        self, name: str | None, experiment: str | None, tags: Iterable[str], attributes: Mapping[str, str]
    ) -> None:
        """Add tags and attributes, and set the name and experiment where the user of `exp run` gave none."""
        from expbench.sdk import details

        if tags or attributes:
            self._record("tagged", {"tags": list(tags), "attributes": dict(attributes)})
        if name is not None or experiment is not None:
            data = self._attempt("the name is unknown", lambda: details.open_fields(self.dir, name, experiment), {})
            if data:
                self._record("edited", data)
                self._name = None

    def complain(self, text: str) -> None:
        """One Python warning for each text, kept with the run."""
        self._troubles.warn(text)

    def log_metric(self, key: str, value: Any, step: int | None = None) -> None:  # noqa: ANN401  # any number
        """Log one point. `step=None` is the series' last step plus one. Once it returns, SIGKILL loses nothing."""
        key = checked_key(key)
        if self.ended:
            self._complain_of_end()
            return
        try:
            self._write(key, checked_number(value), checked_step(step))
        except (OSError, OverflowError, ExpError) as error:
            self._settle_at_exit()
            self._troubles.lost_point(key, error)

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log one point of each of several metrics."""
        for key, value in checked_mapping(metrics, "metrics").items():
            self.log_metric(key, value, step)

    log = log_metrics

    def log_param(self, key: str, value: Any) -> None:  # noqa: ANN401  # any value
        """Record a parameter; lists and other values are kept as text."""
        self.log_params({checked_key(key): value})

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record parameters; nested tables get dotted names. One that is known with this value keeps its source."""
        from expbench.sdk import details

        given = checked_mapping(params, "params")
        data: dict[str, Any] = self._attempt("params can't be read", lambda: details.new_params(self.dir, given), {})
        if data.get("params"):
            self._record("params", data)

    def set_tag(self, key: str, value: Any) -> None:  # noqa: ANN401  # shown as text
        """Set an attribute, a key with a text (what MLflow calls a tag)."""
        self._record("tagged", {"attributes": {checked_key(key): str(value)}})

    def add_tag(self, word: str) -> None:
        """Add a flat tag."""
        self._record("tagged", {"tags": [checked_text(word, "a tag")]})

    def set_note(self, text: str) -> None:
        """Set the note."""
        self._record("edited", {"note": checked_text(text, "a note")})

    def log_artifact(self, path: str | os.PathLike[str], to: str | None = None) -> None:
        """Keep a copy of a file under the run's artifacts, as `to` or under its own name."""
        from expbench.sdk import details

        source = _checked_path(path)
        place = None if to is None else checked_text(to, "an artifact's name")
        self._keep(f"the artifact {source}", lambda: details.artifact_file(self.dir, source, place, self.complain))

    def log_artifacts(self, folder: str | os.PathLike[str]) -> None:
        """Keep copies of all files of a folder, by their paths relative to it."""
        from expbench.sdk import details

        source = _checked_path(folder)
        self._keep(f"the artifacts in {source}", lambda: details.artifact_folder(self.dir, source, self.complain))

    def log_text(self, text: str, to: str) -> None:
        """Keep a text as an artifact."""
        from expbench.sdk import details

        data = checked_text(text, "a text").encode(errors="replace")
        self._keep_as("artifact", to, lambda place: details.artifact_bytes(self.dir, place, data))

    def log_dict(self, document: Any, to: str) -> None:  # noqa: ANN401  # any JSON data
        """Keep a mapping or list as a JSON artifact, or YAML where the name ends so."""
        from expbench.sdk import details

        self._keep_as("artifact", to, lambda place: details.artifact_document(self.dir, place, document))

    def log_figure(self, figure: Any, to: str) -> None:  # noqa: ANN401  # matplotlib's or plotly's
        """Keep a figure of matplotlib or plotly as an artifact; the name's ending says in which format."""
        from expbench.sdk import pictures

        self._keep_as("figure", to, lambda place: pictures.artifact_figure(self.dir, figure, place))

    def log_image(self, image: Any, to: str) -> None:  # noqa: ANN401  # PIL's image or an array
        """Keep an image (of PIL, or an array of height x width [x 1, 3 or 4], 0-255 or 0.0-1.0) as an artifact."""
        from expbench.sdk import pictures

        self._keep_as("image", to, lambda place: pictures.artifact_image(self.dir, image, place))

    def params(self) -> dict[str, Any]:
        """All params that are known of the run: from `-P`, the command line, params files and code."""
        from expbench.sdk import details

        known: dict[str, Any] = self._attempt("the params are unknown", lambda: details.known_params(self.dir), {})
        return known

    def should_stop(self) -> bool:
        """Whether `exp stop` was asked for, so that a loop may end by itself."""
        return os.path.exists(os.path.join(self.dir, STOP_FILE))

    def end(self, status: str = "finished", exit_code: int | None = None, signal: str | None = None) -> None:
        """End the run; inside `exp run` the process's own end does that. Harmless when repeated."""
        if self.ended:
            return
        self.ended = True
        with shielded():
            self.settle()
            self._attempt("the series may not survive a power cut", self._writer.sync, None)
            self._writer.close()
            finish = self._finish
            if finish is not None and not self.joined:
                self._attempt("the run's end was not recorded", lambda: finish(status, exit_code, signal), None)

    def settle(self) -> None:
        """Tell the run how many points were lost, if it does not know yet."""
        if self._troubles.are_open and not self._troubles.settle():
            from expbench.sdk.details import let_go

            let_go(self.dir)
            self._troubles.settle()

    def remember(self, text: str) -> None:
        """Keep a text among the run's warnings, and say nothing."""
        attempted(lambda: self._append("warned", {"text": text}), lambda _error: None)

    def knows(self, trouble: str) -> bool:
        """Whether a trouble that was warned of is what this text tells of, too."""
        return self._troubles.knows(trouble)

    def in_child(self) -> None:
        """In a forked child: the parent tells of its own troubles."""
        self._troubles.forget()
        self._settles_at_exit = False

    def __enter__(self) -> "ActiveRun":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from expbench.sdk.api import leave

        leave(self, error)

    def _write(self, key: str, value: float, step: int | None) -> None:
        if key not in self._keys:
            self._introduce(key)
        self._writer.append(key, value, step)
        if self._troubles.are_open:
            self._troubles.wrote(key)

    def _introduce(self, key: str) -> None:
        """Before the first point of a series: tell the journal a key that its file's name can't hold."""
        stem = stem_of(key)
        if is_digest(stem):

            def failed(error: Exception) -> None:
                raise ExpError("a metric's name can't be recorded", words_of(error)) from error

            with shielded():
                attempted(lambda: self._append("series", {"stem": stem, "key": key}), failed)
        self._keys.add(key)

    def _record(self, kind: str, data: dict[str, Any]) -> None:
        if self.ended:
            self._complain_of_end()
            return
        with shielded():
            self._attempt(f"{_SPOKEN[kind]} can't be recorded", lambda: self._append_told(kind, data), None)

    def _keep_as(self, what: str, to: str, store: Callable[[str], list[Any]]) -> None:
        place = checked_text(to, "an artifact's name")
        self._keep(f"the {what} {place}", lambda: store(place))

    def _keep(self, what: str, store: Callable[[], list[Any]]) -> None:
        if self.ended:
            self._complain_of_end()
            return
        artifacts = self._attempt(f"{what} can't be kept", store, [])
        if artifacts:
            self._record("artifacts", {"artifacts": artifacts})

    def _append(self, kind: str, data: dict[str, Any]) -> None:
        from expbench.sdk.details import append_event

        append_event(self.dir, kind, data)

    def _append_told(self, kind: str, data: dict[str, Any]) -> None:
        self._append(kind, data)
        if self._troubles.are_open:
            self._troubles.wrote("")

    def _attempt(self, what: str, action: Callable[[], Any], otherwise: Any) -> Any:  # noqa: ANN401  # its own
        def failed(error: Exception) -> Any:  # noqa: ANN401  # as above
            if isinstance(error, WrongUse):
                raise error
            self._troubles.warn(f"{what}: {words_of(error)}", error)
            return otherwise

        return attempted(action, failed)

    def _settle_at_exit(self) -> None:
        """Points were lost: tell how many when the process ends, also where multiprocessing ends it in its way."""
        if self._settles_at_exit:
            return
        self._settles_at_exit = True
        process = os.getpid()
        atexit.register(lambda: self.settle() if os.getpid() == process else None)
        if "multiprocessing.util" in sys.modules:
            sys.modules["multiprocessing.util"].Finalize(None, self.settle, exitpriority=0)

    def _complain_of_end(self) -> None:
        self._troubles.warn(f"the run {self.name} has ended, so nothing more is recorded")


# How warnings name the kinds of events.
_SPOKEN: Final = {"tagged": "tags", "edited": "the edit", "params": "params", "artifacts": "the artifacts"}
_runs: "weakref.WeakSet[ActiveRun]" = weakref.WeakSet()


def words_of(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, ExpError):
        return f"{error.what} ({error.cause})" if error.cause else error.what
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"{type(error).__name__}: {error}"


def _checked_path(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise WrongUse(f"a path must be a str or a Path, not {type(path).__name__}")
    return checked_text(os.fspath(path), "a path")


def _in_child() -> None:
    for run in list(_runs):
        run.in_child()


os.register_at_fork(after_in_child=_in_child)
