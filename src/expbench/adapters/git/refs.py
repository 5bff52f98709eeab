"""The refs that keep snapshots alive, `refs/exp/runs/ID`: listed, deleted in bulk, packed when many.

Only names under `refs/exp/` are ever touched.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final

from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import GitFailed, git
from expbench.errors import ExpError

OWN: Final = "refs/exp/"
RUNS: Final = "refs/exp/runs"
PACK_ABOVE: Final = 300


def list_refs(root: str, under: str = RUNS) -> dict[str, str]:
    """The object id of each ref under a prefix of `refs/exp/`, by the ref's whole name."""
    _own([f"{under}/"])
    printed = git(root, ["for-each-ref", "--format=%(refname) %(objectname)", under])
    return dict(line.split(" ") for line in printed.decode("utf-8", "surrogateescape").splitlines())


def has_object(root: str, object_id: str) -> bool:
    """Whether git still has this object."""
    return git(root, ["cat-file", "--batch-check"], stdin=f"{object_id}\n".encode()).split()[-1:] != [b"missing"]


def has_file(root: str, commit: str, path: str) -> bool:
    """Whether the commit's tree holds this file; `path` is relative to its root."""
    return has_object(root, f"{commit}:{path}")


def delete_refs(root: str, refs: Iterable[str]) -> None:
    """Delete these refs, all or none; one that is not there is no error."""
    gone = _own(list(refs))
    if gone:
        lines = b"".join(b"delete %s\0\0" % ref.encode("utf-8", "surrogateescape") for ref in gone)
        git(root, ["update-ref", "-z", "--stdin"], stdin=lines)


def pack_when_many(project: Project, above: int = PACK_ABOVE) -> bool:
    """Pack refs when more than `above` runs have a file each: 10,000 files would slow every git command.

    Tells whether it did. Another process that is packing at this moment does the work just as well.
    """
    try:
        loose = len(os.listdir(os.path.join(project.common_dir, RUNS)))
    except OSError:
        return False  # none is loose
    if loose <= above:
        return False
    try:
        git(project.root, ["pack-refs", "--all"])
    except GitFailed:
        return False  # only a saving: every ref is as good unpacked, and a later run tries again
    return True


def _own(refs: Sequence[str]) -> Sequence[str]:
    for ref in refs:
        if not ref.startswith(OWN):
            raise ExpError(f"{ref} is not a ref of exp", f"only names under {OWN} may be changed", "git for-each-ref")
    return refs
