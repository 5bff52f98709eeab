"""One run from start to end: what is asked, what is captured, the process, what came of it.

The command's own fate is sacred: after the run has been announced, a failure to record becomes one warning
of the run and the command goes on. Order matters: the data version is measured first, since the snapshot
of the code holds corrected copies of stale `.dvc` files.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from expbench.domain.data import changed_entries, data_version
from expbench.domain.document import Artifact, Code, Data, DataEntry, Env, RunDocument, Summary
from expbench.domain.events import Event
from expbench.domain.fold import blank
from expbench.domain.ids import default_name
from expbench.domain.outcome import shell_code, status_of
from expbench.errors import ExpError, attempted
from expbench.ports import (
    ChildSpec,
    Clock,
    CodeCapture,
    CodeVersion,
    DataMeasure,
    DataVersion,
    Ending,
    EnvCapture,
    EnvProbe,
    Executor,
    Preserved,
    Progress,
    RunStore,
    Tap,
    Tick,
)
from expbench.services.requesting import Request

Result = TypeVar("Result")
_NOWHERE: Final = "/dev/null"
NO_EDITS: Final[Mapping[str, bytes]] = {}


class Surroundings(NamedTuple):
    """Where the command runs: `cwd` is absolute, `place` the same relative to the repository's root."""

    cwd: str
    place: str
    environ: Mapping[str, str]
    user: str
    host: str


class FoundMetrics(NamedTuple):
    """The metrics that a run logged or wrote into files: summaries by key, and what must be said about them."""

    metrics: dict[str, Summary]
    warnings: list[str]


class KeptArtifacts(NamedTuple):
    """The files that a run was asked to keep, as they were stored, and what must be said about others."""

    artifacts: list[Artifact]
    warnings: list[str]


# Begins to watch the process of this id, and gives what is to be called while it runs.
Monitor = Callable[[int], Tick]


def unmonitored(_pid: int) -> Tick:
    """The monitor that looks at nothing."""
    return lambda _elapsed_s: None


class Watch(NamedTuple):
    """What goes on beside the command: a look at its process now and then, at output as it comes."""

    monitor: Monitor = unmonitored
    tap: Tap | None = None
    # The environment of the command, made of that which it would have without us.
    environ: Callable[[Mapping[str, str]], Mapping[str, str]] = dict


class Workbench(NamedTuple):
    """The ports that recording goes through."""

    store: RunStore
    code: CodeVersion
    data: DataVersion
    env: EnvProbe
    clock: Clock
    progress: Progress
    # The metrics of a run, by its id.
    metrics: Callable[[str], FoundMetrics]
    # Stores what the run was asked to keep, into its folder.
    artifacts: Callable[[str], KeptArtifacts]
    warn: Callable[[str], None]
    # Whether a signal has come, so that nothing more is to be captured or started.
    stopped: Callable[[], bool]
    # What must be said about files that a run, by its id, read and nothing pins.
    unpinned: Callable[[str], list[str]] = lambda _run_id: []
    # Told of the run when all is recorded.
    settled: Callable[[RunDocument], None] = lambda _document: None


class Recording:
    """One run being recorded: its id, its folder, and a store that may have begun to fail.

    `is_kept` is set once the run has been created. Without it nothing is recorded, and nobody is told again.
    """

    def __init__(self, run_id: str, run_dir: str, bench: Workbench) -> None:
        self.run_id = run_id
        self.run_dir = run_dir
        self.is_kept = False
        self.document: RunDocument | None = None  # as of the last event
        self._bench = bench
        self._told: set[str] = set()

    def attempt(self, what: str, action: Callable[[], Result], otherwise: Result) -> Result:
        """The action's result; when it fails, one warning per cause, and `otherwise`."""

        def failed(error: Exception) -> Result:
            # A signal that came is told as the run's end, not as a failure to record.
            if not (isinstance(error, ExpError) and self._bench.stopped()):
                self.warn(f"{what}: {_words(error)}")
            return otherwise

        return attempted(action, failed)

    def warn(self, text: str) -> None:
        """Say it once to the user, and keep it with the run where that is possible."""
        if text not in self._told:
            self._told.add(text)
            self._bench.warn(text)
            self.add("warned", {"text": text})

    def add(self, kind: str, data: dict[str, Any]) -> None:
        """Append one event to the journal."""
        if not self.is_kept:
            return
        event = Event(kind, self._bench.clock.now(), data)

        def append() -> RunDocument | None:
            return self._bench.store.append(self.run_id, [event])

        self.document = self.attempt("this run can't be recorded", append, None)


def _words(error: Exception) -> str:
    if isinstance(error, ExpError):
        return f"{error.what} ({error.cause})" if error.cause else error.what
    return f"{type(error).__name__}: {error}"


def announce(run_id: str, request: Request, around: Surroundings, created_at: str) -> RunDocument:
    """The first document of a run: what was asked for, before anything is captured."""
    return {
        **blank(run_id, request.name or default_name(run_id), created_at),
        "experiment": request.experiment,
        "command": request.shown_argv,
        "cwd": around.place,
        "entry": request.entry,
        "user": around.user,
        "host": around.host,
        "params": dict(request.params),
        "param_sources": dict(request.param_sources),
        "tags": list(dict.fromkeys(request.tags)),
        "note": request.note,
    }


def capture(
    recording: Recording,
    argv: Sequence[str],
    cwd: str,
    bench: Workbench,
    edits: Mapping[str, bytes] = NO_EDITS,
) -> list[DataEntry]:
    """Pin code, data and environment, and give the data entries as they were at the start.

    `edits` are contents by path that the snapshot has in place of those of the work tree.
    """
    if not recording.is_kept:
        return []
    nothing = DataMeasure([], [], [])
    measure = recording.attempt("the data version is unknown", lambda: bench.data.measure(bench.progress), nothing)
    kept = _preserve(recording, bench, measure, measure.stale)
    at = bench.clock.now()
    code = recording.attempt(
        "the code could not be captured",
        lambda: bench.code.capture(recording.run_id, at, {**kept.replacements, **edits}),
        None,
    )
    env = recording.attempt("the environment is unknown", lambda: bench.env.probe(argv, cwd), None)
    recording.add("captured", _captured(code, measure, env))
    for text in (*measure.warnings, *kept.warnings, *_said(code), *_said(env)):
        recording.warn(text)
    return measure.entries


def _said(part: CodeCapture | EnvCapture | None) -> Sequence[str]:
    return part.warnings if part is not None else ()


def _captured(code: CodeCapture | None, measure: DataMeasure, env: EnvCapture | None) -> dict[str, Any]:
    data: Data = {"version": data_version(measure.entries), "inputs": measure.entries, "outputs": []}
    captured: dict[str, Code | Data | Env | list[str]] = {"data": data}
    if code is not None:
        captured["code"] = code.code
        commit = code.code["commit"]
        if commit is not None and commit == code.code["snapshot"]:
            captured["commits"] = [commit]
    if env is not None:
        captured["env"] = env.env
    return dict(captured)


def _preserve(recording: Recording, bench: Workbench, measure: DataMeasure, paths: Sequence[str]) -> Preserved:
    if not paths:
        return Preserved({}, [])
    return recording.attempt(
        "changed data was not saved to the DVC cache",
        lambda: bench.data.preserve(measure, paths, bench.progress),
        Preserved({}, []),
    )


def execute(
    recording: Recording,
    request: Request,
    around: Surroundings,
    executor: Executor,
    watch: Watch,
) -> Ending:
    """Run the command to its end; the run is `running` from the moment that its process lives."""
    ticks: list[Tick] = []

    def started(pid: int) -> None:
        recording.add("started", {"pid": pid})
        ticks.extend(recording.attempt("the process is not watched", lambda: [watch.monitor(pid)], []))

    spec = ChildSpec(
        argv=request.argv,
        cwd=around.cwd,
        environ=watch.environ({**around.environ, "EXP_RUN_ID": recording.run_id, "EXP_RUN_DIR": recording.run_dir}),
        log_file=f"{recording.run_dir}/out.log" if recording.is_kept else _NOWHERE,
        timeout_s=request.timeout_s,
        tick=lambda elapsed_s: ticks[0](elapsed_s) if ticks else None,
        tap=watch.tap,
    )
    return executor.run(spec, started)


def refused(recording: Recording, error: ExpError) -> None:
    """Record that the command could not be started: the run has failed, with the code that a shell gives.

    Its user is told by the error itself.
    """
    recording.add("warned", {"text": f"{error.what}: {error.cause}"})
    recording.add("ended", _ended(Ending(int(error.exit_code), None, 0.0)))


def given_up(recording: Recording, ending: Ending) -> int:
    """Record the end of a run whose command was never started, since a signal came first; gives its exit code."""
    recording.add("ended", _ended(ending))
    return shell_code(ending.exit_code, ending.signal)


def conclude(recording: Recording, bench: Workbench, before: list[DataEntry], ending: Ending) -> int:
    """Record what came of the run, then its end; gives the exit code that the command deserves."""
    for text in ending.warnings:
        recording.warn(text)
    if recording.is_kept:
        _record_outputs(recording, bench, before)
        _record_unpinned(recording, bench)
        _record_artifacts(recording, bench)
        _record_metrics(recording, bench)
        recording.add("ended", _ended(ending))
        _settle(recording, bench)
    return shell_code(ending.exit_code, ending.signal)


def _settle(recording: Recording, bench: Workbench) -> None:
    document = recording.document
    if document is not None:
        recording.attempt("the run was not tied to its commits", lambda: bench.settled(document), None)


def _record_metrics(recording: Recording, bench: Workbench) -> None:
    found = recording.attempt("metrics were not read", lambda: bench.metrics(recording.run_id), FoundMetrics({}, []))
    if found.metrics:
        recording.add("metrics", {"metrics": found.metrics})
    for text in found.warnings:
        recording.warn(text)


def _ended(ending: Ending) -> dict[str, Any]:
    return {
        "status": status_of(ending.exit_code, ending.signal),
        "exit_code": ending.exit_code,
        "signal": ending.signal,
        "duration_s": ending.duration_s,
    }


def _record_artifacts(recording: Recording, bench: Workbench) -> None:
    nothing = KeptArtifacts([], [])
    kept = recording.attempt("artifacts were not stored", lambda: bench.artifacts(recording.run_dir), nothing)
    if kept.artifacts:
        recording.add("artifacts", {"artifacts": kept.artifacts})
    for text in kept.warnings:
        recording.warn(text)


def _record_unpinned(recording: Recording, bench: Workbench) -> None:
    """Once the outputs are known, since what the run made is no input of it."""
    nothing: list[str] = []
    for text in recording.attempt("what it read is unknown", lambda: bench.unpinned(recording.run_id), nothing):
        recording.warn(text)


def _record_outputs(recording: Recording, bench: Workbench, before: list[DataEntry]) -> None:
    nothing = DataMeasure(before, [], [])
    after = recording.attempt("outputs are unknown", lambda: bench.data.measure(bench.progress), nothing)
    outputs = changed_entries(before, after.entries)
    if outputs:
        changed = {entry["path"] for entry in outputs}
        for text in _preserve(recording, bench, after, [path for path in after.stale if path in changed]).warnings:
            recording.warn(text)
        recording.add("outputs", {"outputs": outputs})
