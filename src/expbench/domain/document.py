"""The run document: the one shape of a run, from the journal's fold to `db.json` to `--json`.

These types mirror DESIGN.md, section 4, key by key. A document is plain JSON data and is treated as
frozen: who wants another one makes it with `fold`. Times are ISO 8601 UTC, sizes bytes, `_s` seconds.
"""

from typing import Final, Literal, NotRequired, TypedDict

SCHEMA: Final = 1

Status = Literal["queued", "running", "finished", "failed", "killed", "lost"]
UNFINISHED: Final = ("queued", "running")

ParamValue = str | int | float | bool | None
# A number of a document: non-finite ones are the strings "NaN", "Infinity", "-Infinity".
Number = int | float | str


class Omitted(TypedDict):
    """A file that the snapshot does not hold, with its size in bytes and the reason in words."""

    path: str
    size: int
    reason: str


class Code(TypedDict):
    """What pins the code. `snapshot` is the base commit itself when the tree was clean."""

    commit: str | None
    branch: str | None
    dirty: bool
    snapshot: str
    tree: str
    ref: str
    complete: bool
    omitted: list[Omitted]
    remote: str | None


class DataEntry(TypedDict):
    """One DVC-tracked path: `hash` as DVC writes it after `md5:`, a folder's ends in `.dir`."""

    path: str
    hash: str
    size: int
    files: int


class Data(TypedDict):
    """The data version: what tracked paths truly held at the start, and what the run changed or made."""

    version: str | None
    inputs: list[DataEntry]
    outputs: list[DataEntry]


class Lock(TypedDict):
    """A lock file of the project, with the sha256 of its bytes."""

    path: str
    hash: str


class Env(TypedDict):
    """The environment of the child's interpreter. `packages` is absent from the index."""

    python: str
    platform: str
    hash: str
    lock: Lock | None
    packages: NotRequired[dict[str, str]]
    hardware: dict[str, str | int | float | None]
    variables: dict[str, str]


class Summary(TypedDict):
    """A metric series in short."""

    last: Number
    min: Number
    max: Number
    first_step: int
    last_step: int
    count: int
    source: str


class Artifact(TypedDict):
    """A file that the run produced; `path` is relative to the run's `artifacts/`."""

    path: str
    size: int
    sha256: str


class Links(TypedDict):
    """What the run hangs on: other runs, its sweep, and the git commits with its snapshot's tree."""

    reproduces: str | None
    parent: str | None
    sweep: str | None
    commits: list[str]


class MetricVerdict(TypedDict):
    """One series compared between a run and its reproduction."""

    key: str
    a: Number | None
    b: Number | None
    equal: bool
    first_difference_step: int | None


class OutputVerdict(TypedDict):
    """One output compared by digest."""

    path: str
    a: str | None
    b: str | None
    equal: bool


class InputVerdict(TypedDict):
    """One input compared: an axis such as `code` or a path."""

    what: str
    a: str | None
    b: str | None
    equal: bool


class Verdict(TypedDict):
    """What a reproduction proved."""

    grade: Literal["identical", "equal", "different", "failed", "impossible"]
    reproduced_by: list[str]
    metrics: list[MetricVerdict]
    outputs: list[OutputVerdict]
    inputs: list[InputVerdict]


class RunDocument(TypedDict):
    """One run, whole. Every key is always there."""

    schema: int
    id: str
    name: str
    experiment: str
    status: Status
    exit_code: int | None
    signal: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    duration_s: float | None
    command: list[str]
    cwd: str
    entry: str | None
    user: str
    host: str
    executor: str
    code: Code
    data: Data
    env: Env
    params: dict[str, ParamValue]
    param_sources: dict[str, str]
    metrics: dict[str, Summary]
    tags: list[str]
    attributes: dict[str, str]
    note: str
    artifacts: list[Artifact]
    links: Links
    verdict: Verdict | None
    warnings: list[str]
