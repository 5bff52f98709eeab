"""Comparing two runs: which axes were asked for, and the sources that the pure diff needs for them.

An axis that wasn't asked for costs nothing: neither git nor DVC's listings are looked at.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from expbench.domain.diff import (
    AXES,
    ChangedFiles,
    DiffDocument,
    Direction,
    FolderListing,
    diff_code,
    diff_command,
    diff_data,
    diff_env,
    diff_metrics,
    diff_params,
    same,
)
from expbench.domain.document import RunDocument
from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

ALL_AXES: Final = frozenset(AXES)


class Sources(NamedTuple):
    """What is asked of the outside: git's changed files, DVC's listings, and which way a metric is better."""

    changed_files: ChangedFiles
    listing: FolderListing
    direction: Direction


def parse_axes(text: str | None) -> frozenset[str]:
    """The axes of `--only code,params`; all of them for None. Raises `UsageError` for an unknown one."""
    if text is None:
        return ALL_AXES
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in ALL_AXES:
            meant = f", {near}" if (near := did_you_mean(word, AXES)) else ""
            raise UsageError(f"a diff has no axis {word!r}{meant}", f"axes are {', '.join(AXES)}", "exp diff --help")
    if not words:
        raise UsageError("--only names no axis", f"axes are {', '.join(AXES)}", "exp diff A B --only params,metrics")
    return frozenset(words)


def compare(a: RunDocument, b: RunDocument, axes: Collection[str], sources: Sources) -> DiffDocument:
    """What differs between two whole documents (with packages), on these axes; the others say `same: null`."""
    snapshots = a["code"]["snapshot"], b["code"]["snapshot"]
    difference: DiffDocument = {
        "a": a["id"],
        "b": b["id"],
        "code": {"same": None, "a": snapshots[0], "b": snapshots[1], "files": []},
        "data": {"same": None, "changed": []},
        "params": {"same": None, "changed": []},
        "env": {"same": None, "changed": []},
        "metrics": {"same": None, "changed": []},
        "command": {"same": None, "a": a["command"], "b": b["command"]},
    }
    if "code" in axes:
        difference["code"] = diff_code(a, b, sources.changed_files)
    if "data" in axes:
        difference["data"] = diff_data(a, b, sources.listing)
    if "params" in axes:
        difference["params"] = diff_params(a, b)
    if "env" in axes:
        difference["env"] = diff_env(a, b)
    if "metrics" in axes:
        difference["metrics"] = diff_metrics(a, b, sources.direction)
    if "command" in axes:
        difference["command"] = diff_command(a, b)
    return difference


def compare_all(runs: Sequence[RunDocument], axes: Collection[str], sources: Sources) -> list[DiffDocument]:
    """The differences of the first run with each of the others."""
    return [compare(runs[0], run, axes, sources) for run in runs[1:]]


def differs(difference: DiffDocument) -> bool:
    """Whether an axis that was asked for differs; for `--exit-code`."""
    return any(same(difference, axis) is False for axis in AXES)
