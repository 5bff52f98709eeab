"""Writing a tree from the work tree through an index of its own; the user's index takes no part.

Names go through stdin, NUL-ended, so that no name is ever an option, a pattern or cut in two.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from expbench.adapters.git.process import Answer, GitFailed
from expbench.adapters.git.scratch import Scratch

# `call(arguments, stdin=..., index=...)` starts git in the work tree, with another index if one is named.
Call = Callable[..., Answer]

# A snapshot outlives a power cut: git on its own does not sync loose objects. One sync for all is the
# cheaper way from some dozen files on.
DURABLE: Final = ("-c", "core.fsync=committed,loose-object")
_BATCH: Final = ("-c", "core.fsyncMethod=batch")
_BATCH_FROM: Final = 64
_REFUSALS_AT_MOST: Final = 50
_HIDDEN: Final = re.compile(rb"(?:\A|\0)([a-zS]) ([^\0]+)")


def hidden_paths(listing: bytes) -> list[tuple[str, bytes]]:
    """The (tag, path) of files that git was told not to look at, from `git ls-files -v -z`.

    `S` is skip-worktree, a small letter assume-unchanged, `s` both.
    """
    return [(tag.decode(), path) for tag, path in _HIDDEN.findall(listing)]


def unhide(call: Call, index: str, paths: Sequence[tuple[str, bytes]]) -> None:
    """Let git look at these files again, in the index given."""
    for option, tags in (("--no-assume-unchanged", str.islower), ("--no-skip-worktree", "Ss".__contains__)):
        chosen = [path for tag, path in paths if tags(tag)]
        if chosen:
            call(["update-index", option, "-z", "--stdin"], stdin=_lines(chosen), index=index)


def remove_paths(call: Call, index: str, paths: Sequence[bytes]) -> None:
    """Take paths out of the index given, all their versions."""
    if paths:
        call(["update-index", "--force-remove", "-z", "--stdin"], stdin=_lines(paths), index=index)


def update_paths(call: Call, index: str, paths: Sequence[bytes]) -> list[bytes]:
    """Take what the work tree holds under these paths into the index given; returns those that git refused.

    Git gives up at the first file that it can't add, without saying which in a way to rely on: so halves
    are tried until the file stands alone. Raises `GitFailed` when refusals go on, as on a full disk.
    """
    refused: list[bytes] = []
    waiting = [list(paths)] if paths else []
    while waiting:
        some = waiting.pop()
        try:
            _update(call, index, some)
        except GitFailed:
            if len(some) > 1:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
                continue
            refused += some
            if len(refused) >= _REFUSALS_AT_MOST:
                raise
    return refused


def _update(call: Call, index: str, paths: Sequence[bytes]) -> None:
    method = _BATCH if len(paths) >= _BATCH_FROM else ()
    arguments = [*DURABLE, *method, "update-index", "--add", "--remove", "--replace", "-z", "--stdin"]
    call(arguments, stdin=_lines(paths), index=index)


def replace_contents(call: Call, index: str, replacements: Mapping[bytes, bytes], scratch: Scratch) -> None:
    """Put these contents under these paths into the index given, byte for byte."""
    if not replacements:
        return
    files = [scratch.write(f"replacement-{place}", content) for place, content in enumerate(replacements.values())]
    names = "".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape")
    arguments = [*DURABLE, "hash-object", "-w", "--no-filters", "--stdin-paths"]
    object_ids = call(arguments, stdin=names).stdout.split()
    lines = b"".join(
        b"100644 %s\t%s\0" % (object_id, path) for object_id, path in zip(object_ids, replacements, strict=True)
    )
    call(["update-index", "--add", "--replace", "-z", "--index-info"], stdin=lines, index=index)


def write_tree(call: Call, index: str) -> str:
    """The id of the tree that the index given stands for."""
    return str(call([*DURABLE, "write-tree"], index=index).stdout.decode().strip())


def _lines(paths: Sequence[bytes]) -> bytes:
    return b"".join(path + b"\0" for path in paths)
