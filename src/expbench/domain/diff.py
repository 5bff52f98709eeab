"""What differs between two runs, five ways and the command: a pure function of their documents.

The shape is that of `exp diff --json`. `same` is None for an axis that wasn't asked for, or of which nothing is
known on either side. Numbers are compared as numbers (1 equals 1.0, NaN equals NaN; true is no number); a key that
only one run has differs from one that is null, although both read `null` here.
What git and DVC must be asked for (changed files, listings of folders) comes in as functions.
"""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from posixpath import basename, join, normpath
from typing import Any, Final, Literal, TypedDict

from expbench.domain.document import Env, Number, ParamValue, RunDocument

AXES: Final = ("code", "data", "params", "env", "metrics", "command")
_FOLDER: Final = ".dir"
_PARAMS_FILES: Final = ("params.yaml", "params.toml", "params.json")
_MISSING: Final = object()

# A changed path of the code; `from` is its old name where it was renamed, the counts are lines (None for binaries).
FileChange = TypedDict(
    "FileChange",
    {"path": str, "status": str, "from": str | None, "added": int | None, "deleted": int | None},
)


class CodeDiff(TypedDict):
    """The snapshots' commits and the files that differ between them; params files and `.dvc` files aren't code."""

    same: bool | None
    a: str
    b: str
    files: list[FileChange]


class DataChange(TypedDict):
    """A tracked path that holds something else; the counts are files of a folder, None where not known."""

    path: str
    a: str | None
    b: str | None
    added: int | None
    removed: int | None
    modified: int | None


class DataDiff(TypedDict):
    """The inputs that differ."""

    same: bool | None
    changed: list[DataChange]


class ValueChange(TypedDict):
    """A param or a fact of the environment that differs."""

    key: str
    a: ParamValue
    b: ParamValue


class ValuesDiff(TypedDict):
    """The params, or the facts of the environment, that differ."""

    same: bool | None
    changed: list[ValueChange]


class MetricChange(TypedDict):
    """A metric whose last value differs: `delta` is b - a where both are finite, `better` says which one wins."""

    key: str
    a: Number | None
    b: Number | None
    delta: int | float | None
    better: Literal["a", "b"] | None


class MetricsDiff(TypedDict):
    """The metrics that differ."""

    same: bool | None
    changed: list[MetricChange]


class CommandDiff(TypedDict):
    """Both commands, word by word."""

    same: bool | None
    a: list[str]
    b: list[str]


class DiffDocument(TypedDict):
    """All of it; every key is always there."""

    a: str
    b: str
    code: CodeDiff
    data: DataDiff
    params: ValuesDiff
    env: ValuesDiff
    metrics: MetricsDiff
    command: CommandDiff


# (snapshot a, snapshot b) -> what changed, or None where a snapshot isn't in this repository.
ChangedFiles = Callable[[str, str], list[FileChange] | None]
# A folder's hash -> the hash of each file by path, or None where it isn't known here.
FolderListing = Callable[[str], Mapping[str, str] | None]
# A metric's key -> "max" where more of it is better, "min" where less is, None where nobody knows.
Direction = Callable[[str], Literal["max", "min"] | None]


def diff_code(a: RunDocument, b: RunDocument, changed_files: ChangedFiles) -> CodeDiff:
    """The code axis. Where git can't say, equal trees are the same, others differ without a list of files."""
    tree_a, tree_b = a["code"]["tree"], b["code"]["tree"]
    snapshots = a["code"]["snapshot"], b["code"]["snapshot"]
    result: CodeDiff = {"same": True, "a": snapshots[0], "b": snapshots[1], "files": []}
    if not tree_a and not tree_b:
        return {**result, "same": None}
    if tree_a == tree_b:
        return result
    changed = changed_files(*snapshots) if all(snapshots) else None
    if changed is None:
        return {**result, "same": False}
    left_out = code_excludes(a, b)
    files = [file for file in changed if not (left_out(file["path"]) and left_out(file["from"] or file["path"]))]
    return {**result, "same": not files, "files": files}


def code_excludes(a: RunDocument, b: RunDocument) -> Callable[[str], bool]:
    """Whether a path (relative to the root) is compared as params or data, and so is no code."""
    folders = {".", a["cwd"], b["cwd"]}
    sources = {*a["param_sources"].values(), *b["param_sources"].values()}
    named = [source.removeprefix("file:") for source in sources if source.startswith("file:")]
    files = {normpath(join(folder, name)) for folder in folders for name in (*named, *_PARAMS_FILES)}
    return lambda path: path in files or path.endswith(".dvc") or basename(path) == "dvc.lock"


def diff_data(a: RunDocument, b: RunDocument, listing: FolderListing) -> DataDiff:
    """The data axis: what the tracked paths held at the start, path by path."""
    hashes_a = {entry["path"]: entry["hash"] for entry in a["data"]["inputs"]}
    hashes_b = {entry["path"]: entry["hash"] for entry in b["data"]["inputs"]}
    changed = [
        _data_change(path, hashes_a.get(path), hashes_b.get(path), listing)
        for path in sorted(hashes_a.keys() | hashes_b.keys())
        if hashes_a.get(path) != hashes_b.get(path)
    ]
    return {"same": not changed, "changed": changed}


def _data_change(path: str, a: str | None, b: str | None, listing: FolderListing) -> DataChange:
    files_a, files_b = _files(a, listing), _files(b, listing)
    change: DataChange = {"path": path, "a": a, "b": b, "added": None, "removed": None, "modified": None}
    if files_a is None or files_b is None:
        return change
    both = files_a.keys() & files_b.keys()
    change["added"] = len(files_b) - len(both)
    change["removed"] = len(files_a) - len(both)
    change["modified"] = sum(files_a[name] != files_b[name] for name in both)
    return change


def _files(digest: str | None, listing: FolderListing) -> Mapping[str, str] | None:
    """The files of a folder; none where there is no folder, None for a plain file or an unknown listing."""
    if digest is None:
        return {}
    return listing(digest) if digest.endswith(_FOLDER) else None


def diff_params(a: RunDocument, b: RunDocument) -> ValuesDiff:
    """The params axis."""
    return _diff_values(a["params"], b["params"])


def diff_env(a: RunDocument, b: RunDocument) -> ValuesDiff:
    """The environment axis: `python`, `platform`, `hardware.X`, `package.NAME`.

    Packages are left out when one of the documents comes from the index, which holds none.
    """
    packages = "packages" in a["env"] and "packages" in b["env"]
    return _diff_values(env_facts(a["env"], packages), env_facts(b["env"], packages))


def env_facts(env: Env, packages: bool = True) -> dict[str, ParamValue]:
    """The environment as flat keys."""
    facts: dict[str, ParamValue] = {"python": env["python"], "platform": env["platform"]}
    facts |= {f"hardware.{key}": value for key, value in env["hardware"].items()}
    return facts | {f"package.{key}": value for key, value in env.get("packages", {}).items() if packages}


def diff_metrics(a: RunDocument, b: RunDocument, direction: Direction) -> MetricsDiff:
    """The metrics axis, by the last value of each."""
    last_a = {key: summary["last"] for key, summary in a["metrics"].items()}
    last_b = {key: summary["last"] for key, summary in b["metrics"].items()}
    changed: list[MetricChange] = []
    for key in _differing(last_a, last_b):
        delta = _delta(last_a.get(key), last_b.get(key))
        better = _better(delta, direction(key))
        changed.append({"key": key, "a": last_a.get(key), "b": last_b.get(key), "delta": delta, "better": better})
    return {"same": not changed, "changed": changed}


def _delta(a: Number | None, b: Number | None) -> int | float | None:
    if not _is_number(a) or not _is_number(b):
        return None
    try:
        delta: int | float = b - a  # type: ignore[operator]  # _is_number says so
        return delta if isfinite(delta) else None
    except OverflowError:
        return None


def _better(delta: float | None, direction: Literal["max", "min"] | None) -> Literal["a", "b"] | None:
    if not delta or direction is None:
        return None
    return "b" if (delta > 0) == (direction == "max") else "a"


def diff_command(a: RunDocument, b: RunDocument) -> CommandDiff:
    """The command axis."""
    return {"same": a["command"] == b["command"], "a": a["command"], "b": b["command"]}


def equal(a: object, b: object) -> bool:
    """Whether two values of a document are equal: numbers as numbers, all else with its type."""
    if _is_number(a) and _is_number(b):
        return a == b or (a != a and b != b)
    return type(a) is type(b) and a == b


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _diff_values(a: Mapping[str, ParamValue], b: Mapping[str, ParamValue]) -> ValuesDiff:
    changed: list[ValueChange] = [{"key": key, "a": a.get(key), "b": b.get(key)} for key in _differing(a, b)]
    return {"same": not changed, "changed": changed}


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    """The keys whose values differ, a's in their order and then those that only b has."""
    for key in {**a, **b}:
        if not equal(a.get(key, _MISSING), b.get(key, _MISSING)):
            yield key


def same(diff: DiffDocument, axis: str) -> bool | None:
    """Whether both runs are the same on this axis; None where it wasn't compared."""
    answers: dict[str, bool | None] = {
        "code": diff["code"]["same"],
        "data": diff["data"]["same"],
        "params": diff["params"]["same"],
        "env": diff["env"]["same"],
        "metrics": diff["metrics"]["same"],
        "command": diff["command"]["same"],
    }
    return answers[axis]


def asked(diff: DiffDocument) -> list[str]:
    """The axes that were compared."""
    return [axis for axis in AXES if same(diff, axis) is not None]
