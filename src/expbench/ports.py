"""What the services ask of the outside. A port stands here only where there are two implementations:
the real one, and the one in memory that tests use; one contract suite (`tests/contracts`) runs on both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from expbench.domain.document import Code, DataEntry, Env, RunDocument
from expbench.domain.events import Event

# Told of long work: (what is going on, done so far, in all); bytes where files are read.
Progress = Callable[[str, int, int], None]


class Clock(Protocol):
    """Time, so that the core needs no clock of its own."""

    def now(self) -> str:
        """The present as ISO 8601 UTC with microseconds and a final `Z`."""

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""


class DamagedRun(NamedTuple):
    """A run that can't be read whole: its id, the file at fault (relative to the store), and why."""

    run_id: str
    file: str
    why: str


class Listing(NamedTuple):
    """Documents as asked for (without `env.packages`), and the runs that could not be read."""

    documents: list[RunDocument]
    damaged: list[DamagedRun]


class Selection(NamedTuple):
    """Which runs, in which order. `fields` are the parts that `matches` and `key` look at (`domain.projection`).

    `key` gives a sortable value, or None for runs that lack it, which come last either way.
    """

    matches: Callable[[Mapping[str, Any]], bool]
    fields: frozenset[str] = frozenset()
    key: Callable[[Mapping[str, Any]], Any] | None = None
    descending: bool = True
    limit: int | None = None


class RunStore(Protocol):
    """The journals (the truth) and the index made from them. Statuses given out are derived and true."""

    def create(self, document: RunDocument) -> None:
        """Make the run's folder and journal, and list it. Durable when it returns."""

    def append(self, run_id: str, events: Sequence[Event]) -> RunDocument:
        """Add events to the run's journal, update the index, and give the new document."""

    def read(self, run_id: str) -> RunDocument:
        """The whole document from the journal. Raises `UsageError` for an unknown run."""

    def newest(self, count: int) -> Listing:
        """The newest `count` runs, newest first, at a cost that does not grow with the store."""

    def all(self) -> Listing:
        """Every run, newest first."""

    def select(self, selection: Selection) -> Listing:
        """The documents that match, in the selection's order; only its fields are decoded to decide."""

    def ids(self) -> list[str]:
        """The ids of every listed run, in no order."""


class DataMeasure(NamedTuple):
    """What DVC-tracked paths hold. `stale` are the paths whose `.dvc` file or lock says otherwise."""

    entries: list[DataEntry]
    stale: list[str]
    warnings: list[str]


class Preserved(NamedTuple):
    """The right contents of `.dvc` and lock files by path relative to the root, for the snapshot's own copies."""

    replacements: Mapping[str, bytes]
    warnings: list[str]


class DataVersion(Protocol):
    """The data version of the working tree."""

    def measure(self, progress: Progress) -> DataMeasure:
        """Hash what is tracked, as DVC hashes, reading only files that changed since they were last hashed."""

    def preserve(self, measure: DataMeasure, paths: Iterable[str], progress: Progress) -> Preserved:
        """Save these tracked paths into the DVC cache; no file of the user's is changed."""


class CodeCapture(NamedTuple):
    """The snapshot taken, and what must be said about it."""

    code: Code
    warnings: list[str]


class CodeVersion(Protocol):
    """The code version of the working tree."""

    def capture(self, run_id: str, at: str, replacements: Mapping[str, bytes]) -> CodeCapture:
        """Snapshot the exact working tree under `refs/exp/runs/ID`, with these files' contents replaced."""


class EnvCapture(NamedTuple):
    """The environment found, and what must be said about it."""

    env: Env
    warnings: list[str]


class EnvProbe(Protocol):
    """The environment of the interpreter that a command will run in."""

    def probe(self, argv: Sequence[str], cwd: str) -> EnvCapture:
        """The environment of the child, from a cache unless it changed."""


# Called in the loop of the executor, never in parallel: told how many seconds a process has been running, it says
# at how many seconds it wants to be called again (None: no more). It must not raise.
Tick = Callable[[float], float | None]
# Told of each piece of output as it is kept: a number for the stream that it came by, and its bytes. Must not raise.
Tap = Callable[[int, bytes], None]


class ChildSpec(NamedTuple):
    """A process to start: argv, absolute cwd, its environment, the file its output is kept in, seconds to live.

    `tick` is called from time to time while it runs, `tap` with each piece of its output.
    """

    argv: Sequence[str]
    cwd: str
    environ: Mapping[str, str]
    log_file: str
    timeout_s: float | None
    tick: Tick | None = None
    tap: Tap | None = None


class Ending(NamedTuple):
    """How a process ended: an exit code, or the name of the signal that ended it."""

    exit_code: int | None
    signal: str | None
    duration_s: float
    warnings: Sequence[str] = ()


class Executor(Protocol):
    """What starts a run's process and stays with it to its end."""

    def run(self, child: ChildSpec, started: Callable[[int], None]) -> Ending:
        """Run to the end, passing output and signals through. `started` is told the process id."""
