"""`refs/notes/exp`: what `git log --notes=exp` shows below a commit. No work tree and no index take part.

What must stay true: a note of another writer is never lost. New notes are made on top of those that were read, and
git refuses them when somebody else was faster; then everything is read again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from expbench.adapters.git.process import GitFailed, git
from expbench.errors import ExpError

REF: Final = "refs/notes/exp"
_TRIES: Final = 20


def change_notes(
    root: str, commits: Iterable[str], changed: Callable[[Mapping[str, str]], Mapping[str, str]], at: int
) -> None:
    """Change notes of these commits: `changed` gets those that are there and gives the new ones. `at` is in seconds.

    Raises `ExpError` when others are faster every time.
    """
    wanted = list(commits)
    for _ in range(_TRIES if wanted else 0):
        tip = _tip(root)
        there = _read(root, wanted, tip)
        news = {commit: text for commit, text in changed(there).items() if there.get(commit) != text}
        if not news or _write(root, news, tip, at):
            return
    if wanted:
        raise ExpError("the notes of commits can't be written", f"{REF} is changed by others all the time", "exp ls")


def _tip(root: str) -> str:
    return git(root, ["rev-parse", "--verify", "--quiet", REF], accept=(0, 1)).decode().strip()


def _read(root: str, commits: list[str], tip: str) -> dict[str, str]:
    """The notes of these commits, of the very state that `tip` names."""
    if not tip:
        return {}
    wanted = set(commits)
    listing = git(root, ["ls-tree", "-r", "-z", "--full-tree", tip]).decode("utf-8", "surrogateescape")
    blobs = {}
    for entry in listing.split("\0")[:-1]:
        kind, _, path = entry.partition("\t")
        commit = path.replace("/", "")
        if commit in wanted:
            blobs[commit] = kind.split()[2]
    return dict(zip(blobs, _contents(root, list(blobs.values())), strict=True))


def _contents(root: str, blobs: list[str]) -> list[str]:
    if not blobs:
        return []
    printed = git(root, ["cat-file", "--batch"], stdin="".join(f"{blob}\n" for blob in blobs).encode())
    texts, place = [], 0
    for _ in blobs:
        head, _, _ = printed[place:].partition(b"\n")
        size, start = int(head.split()[2]), place + len(head) + 1
        texts.append(printed[start : start + size].decode("utf-8", "replace"))
        place = start + size + 1
    return texts


def _write(root: str, notes: Mapping[str, str], tip: str, at: int) -> bool:
    """Add a commit to the notes; False when the ref is no longer where it was."""
    parts = [f"commit {REF}\ncommitter exp <exp@localhost> {at} +0000\n".encode(), _data("Runs of exp\n")]
    if tip:
        parts.append(f"from {tip}\n".encode())
    for commit, text in notes.items():
        parts += [f"N inline {commit}\n".encode(), _data(text)]
    try:
        git(root, ["fast-import", "--quiet", "--done"], stdin=b"".join([*parts, b"done\n"]))
    except GitFailed:
        if _tip(root) == tip:
            raise
        return False
    return True


def _data(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return b"data %d\n%s\n" % (len(data), data)
