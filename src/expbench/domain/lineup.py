"""Several runs beside each other: one fact a row, one run a column, each compared with the first run.

It is made of the pairwise differences, so that it can never say anything else than `exp diff FIRST OTHER` does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from expbench.domain.diff import DiffDocument, FileChange, MetricChange, env_facts, equal, same
from expbench.domain.document import RunDocument

Kind = Literal["value", "number", "hash", "file", "words"]


class Entry(NamedTuple):
    """What one run has: `value` as it stands in the document, None also where `is_absent`.

    `same` as the first run has it; `delta` and `is_better` than the first run's, for metrics.
    """

    value: Any
    is_absent: bool = False
    same: bool = True
    delta: float | None = None
    is_better: bool | None = None


class Fact(NamedTuple):
    """A row: its axis, its key, of which kind its values are, and one entry a run.

    A file's value is its `FileChange` since the first run.
    """

    axis: str
    key: str
    kind: Kind
    entries: list[Entry]

    @property
    def differs(self) -> bool:
        """Whether any run differs from the first one."""
        return not all(entry.same for entry in self.entries)


def lineup(runs: Sequence[RunDocument], diffs: Sequence[DiffDocument]) -> list[Fact]:
    """All facts of the runs, axis by axis; `diffs` are those of the first run with each of the others.

    Axes that the differences leave out (`same: null`) are left out.
    """
    axes: dict[str, Callable[[], Iterator[Fact]]] = {
        "code": lambda: _code(runs, diffs),
        "data": lambda: _data(runs),
        "params": lambda: _facts("params", "value", [run["params"] for run in runs]),
        "env": lambda: _env(runs),
        "metrics": lambda: _metrics(runs, diffs),
        "command": lambda: _command(runs),
    }
    asked = [axis for axis in axes if not diffs or any(same(diff, axis) is not None for diff in diffs)]
    return [fact for axis in asked for fact in axes[axis]()]


def _code(runs: Sequence[RunDocument], diffs: Sequence[DiffDocument]) -> Iterator[Fact]:
    alike = [True, *(diff["code"]["same"] is not False for diff in diffs)]
    entries = [
        Entry(run["code"]["snapshot"] or None, not run["code"]["snapshot"], here)
        for run, here in zip(runs, alike, strict=True)
    ]
    yield Fact("code", "snapshot", "hash", entries)
    changed = [{file["path"]: file for file in diff["code"]["files"]} for diff in diffs]
    for path in sorted({path for files in changed for path in files}):
        yield Fact("code", path, "file", [Entry(None), *(_file(files.get(path)) for files in changed)])


def _file(change: FileChange | None) -> Entry:
    return Entry(change, same=change is None)


def _data(runs: Sequence[RunDocument]) -> Iterator[Fact]:
    hashes = [{entry["path"]: entry["hash"] for entry in run["data"]["inputs"]} for run in runs]
    return _facts("data", "hash", hashes, sort=True)


def _env(runs: Sequence[RunDocument]) -> Iterator[Fact]:
    packages = all("packages" in run["env"] for run in runs)
    return _facts("env", "value", [env_facts(run["env"], packages) for run in runs])


def _metrics(runs: Sequence[RunDocument], diffs: Sequence[DiffDocument]) -> Iterator[Fact]:
    lasts = [{key: summary["last"] for key, summary in run["metrics"].items()} for run in runs]
    changes = [{change["key"]: change for change in diff["metrics"]["changed"]} for diff in diffs]
    for fact in _facts("metrics", "number", lasts):
        told = [_told(entry, change.get(fact.key)) for entry, change in zip(fact.entries[1:], changes, strict=True)]
        yield fact._replace(entries=[fact.entries[0], *told])


def _told(entry: Entry, change: MetricChange | None) -> Entry:
    if change is None:
        return entry
    is_better = None if change["better"] is None else change["better"] == "b"
    return entry._replace(delta=change["delta"], is_better=is_better)


def _command(runs: Sequence[RunDocument]) -> Iterator[Fact]:
    first = runs[0]["command"]
    yield Fact("command", "command", "words", [Entry(run["command"], same=run["command"] == first) for run in runs])


def _facts(axis: str, kind: Kind, runs: Sequence[Mapping[str, Any]], *, sort: bool = False) -> Iterator[Fact]:
    keys = dict.fromkeys(key for values in runs for key in values)
    for key in sorted(keys) if sort else keys:
        yield Fact(axis, key, kind, [_entry(runs[0], values, key) for values in runs])


def _entry(first: Mapping[str, Any], values: Mapping[str, Any], key: str) -> Entry:
    if key not in values:
        return Entry(None, True, key not in first)
    return Entry(values[key], False, key in first and equal(first[key], values[key]))
