"""Objects of git with their ids worked out anew from their bytes, so that nothing rests on git's word alone."""

import hashlib
import re
from typing import Final, NamedTuple

from expbench.adapters.git.process import GitFailed, git

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class GitObject(NamedTuple):
    """An object: its kind, its bytes, and the id that these bytes have."""

    kind: str
    content: bytes
    object_id: str


class Commit(NamedTuple):
    """A commit's tree and parents; `object_id` is worked out from its bytes."""

    tree: str
    parents: list[str]
    object_id: str


def read_object(root: str, object_id: str) -> GitObject | None:
    """The object of this id; None where the repository hasn't got it, or it is damaged."""
    if not _OBJECT_ID.fullmatch(object_id):
        return None
    try:
        printed = git(root, ["cat-file", "--batch"], stdin=f"{object_id}\n".encode())
    except GitFailed:
        return None
    head, _, content = printed.partition(b"\n")
    words = head.split()
    if len(words) != 3:
        return None
    content = content[: int(words[2])]
    return GitObject(words[1].decode(), content, hash_object(words[1].decode(), content, len(object_id)))


def hash_object(kind: str, content: bytes, digits: int = 40) -> str:
    """The id of an object, in a repository whose ids have so many digits."""
    data = b"%s %d\0" % (kind.encode(), len(content)) + content
    if digits == 64:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def read_commit(root: str, commit: str) -> Commit | None:
    """The commit of this id; None where there is none."""
    found = read_object(root, commit)
    if found is None or found.kind != "commit":
        return None
    head = found.content.partition(b"\n\n")[0].decode("utf-8", "replace").splitlines()
    fields = [line.split(" ", 1) for line in head if line.startswith(("tree ", "parent "))]
    trees = [value for key, value in fields if key == "tree"]
    return Commit(trees[0] if trees else "", [value for key, value in fields if key == "parent"], found.object_id)


def files_in(root: str, tree: str) -> dict[str, str]:
    """The blob of each regular file in a tree by its path; empty where there is no such tree."""
    if not _OBJECT_ID.fullmatch(tree):
        return {}
    printed = git(root, ["ls-tree", "-r", "-z", "--full-tree", tree], accept=(0, 128))
    entries = (entry.partition("\t") for entry in printed.decode("utf-8", "surrogateescape").split("\0") if entry)
    words = [(kind.split(), path) for kind, _, path in entries]
    return {path: kind[2] for kind, path in words if kind[1] == "blob" and kind[0] != "120000"}
