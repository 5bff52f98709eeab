"""A run that code logs to. Points go straight to their series; everything else is an event of the journal."""

import os
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Final

from expbench.adapters.series.names import is_digest, stem_of
from expbench.adapters.series.writer import SeriesWriter
from expbench.sdk.troubles import Troubles
from expbench.sdk.values import checked_key, checked_number, checked_step

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
        self._long_keys: set[str] = set()

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

    def describe(self, name: str | None, experiment: str | None, tags: Iterable[str]) -> None:
        """Add tags, and set the name and experiment where the user of `exp run` gave none."""
        from expbench.sdk import details

        words = [checked_key(word) for word in tags]
        if words:
            self._record("tagged", {"tags": words})
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
        if self._is_over():
            return
        try:
            self._write(key, checked_number(value), checked_step(step))
        except (OSError, OverflowError, ValueError) as error:
            self._troubles.lost_point(error)

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log one point of each of several metrics."""
        if not isinstance(metrics, Mapping):
            raise TypeError(f"metrics must be a mapping, not {type(metrics).__name__}")
        for key, value in metrics.items():
            self.log_metric(key, value, step)

    log = log_metrics

    def log_param(self, key: str, value: Any) -> None:  # noqa: ANN401  # any value
        """Record a parameter; lists and other values are kept as text."""
        self.log_params({checked_key(key): value})

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Record parameters; nested tables get dotted names."""
        from expbench.sdk.details import param_events

        for key in params:
            checked_key(key)
        self._record("params", param_events(params))

    def set_tag(self, key: str, value: Any) -> None:  # noqa: ANN401  # shown as text
        """Set an attribute, a key with a text (what MLflow calls a tag)."""
        self._record("tagged", {"attributes": {checked_key(key): str(value)}})

    def add_tag(self, word: str) -> None:
        """Add a flat tag."""
        self._record("tagged", {"tags": [checked_key(word)]})

    def set_note(self, text: str) -> None:
        """Set the note."""
        self._record("edited", {"note": checked_key(text)})

    def log_artifact(self, path: str | os.PathLike[str], to: str | None = None) -> None:
        """Keep a copy of a file under the run's artifacts, as `to` or under its own name."""
        from expbench.sdk import details

        self._keep(f"the artifact {path}", lambda: details.artifact_file(self.dir, os.fspath(path), to))

    def log_artifacts(self, folder: str | os.PathLike[str]) -> None:
        """Keep copies of all files of a folder, by their paths relative to it."""
        from expbench.sdk import details

        self._keep(f"the artifacts in {folder}", lambda: details.artifact_folder(self.dir, os.fspath(folder)))

    def log_text(self, text: str, to: str) -> None:
        """Keep a text as an artifact."""
        from expbench.sdk import details

        self._keep(f"the artifact {to}", lambda: details.artifact_bytes(self.dir, to, text.encode(errors="replace")))

    def log_dict(self, document: Any, to: str) -> None:  # noqa: ANN401  # any JSON data
        """Keep a mapping or list as a JSON artifact, or YAML where the name ends so."""
        from expbench.sdk import details

        self._keep(
            f"the artifact {to}", lambda: details.artifact_bytes(self.dir, to, details.document_bytes(document, to))
        )

    def log_figure(self, figure: Any, to: str) -> None:  # noqa: ANN401  # matplotlib's or plotly's
        """Keep a figure of matplotlib or plotly as an artifact; the name's ending says in which format."""
        from expbench.sdk import pictures

        self._keep(f"the figure {to}", lambda: pictures.artifact_figure(self.dir, figure, to))

    def log_image(self, image: Any, to: str) -> None:  # noqa: ANN401  # PIL's image or an array
        """Keep an image (of PIL, or an array of height x width [x 1, 3 or 4], 0-255 or 0.0-1.0) as an artifact."""
        from expbench.sdk import pictures

        self._keep(f"the image {to}", lambda: pictures.artifact_image(self.dir, image, to))

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
        if self._troubles.has_lost:
            self._troubles.written_again()
        self._writer.sync()
        self._writer.close()
        finish = self._finish
        if finish is not None and not self.joined:
            self._attempt("the run's end was not recorded", lambda: finish(status, exit_code, signal), None)

    def __enter__(self) -> "ActiveRun":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from expbench.sdk.api import leave

        leave(self, error)

    def _write(self, key: str, value: float, step: int | None) -> None:
        self._writer.append(key, value, step)
        if self._troubles.has_lost:
            self._troubles.written_again()
        if len(key) > 60 and key not in self._long_keys:
            self._long_keys.add(key)
            stem = stem_of(key)
            if is_digest(stem):
                self._record("series", {"stem": stem, "key": key})

    def _record(self, kind: str, data: dict[str, Any]) -> None:
        if not self._is_over():
            self._attempt(f"{kind} can't be recorded", lambda: self._append(kind, data), None)

    def _keep(self, what: str, store: Callable[[], list[Any]]) -> None:
        if self._is_over():
            return
        artifacts = self._attempt(f"{what} can't be kept", store, [])
        if artifacts:
            self._record("artifacts", {"artifacts": artifacts})

    def _append(self, kind: str, data: dict[str, Any]) -> None:
        from expbench.sdk.details import append_event

        append_event(self.dir, kind, data)

    def _attempt(self, what: str, action: Callable[[], Any], otherwise: Any) -> Any:  # noqa: ANN401  # the action's own
        try:
            return action()
        except TypeError:
            raise
        except Exception as error:  # noqa: BLE001  # a failure to record never raises into training
            cause = getattr(error, "cause", "") or str(error) or type(error).__name__
            self._troubles.warn(f"{what}: {getattr(error, 'what', '') or cause}")
            return otherwise

    def _is_over(self) -> bool:
        if self.ended:
            self._troubles.warn(f"the run {self.name} has ended, so nothing more is recorded")
        return self.ended
