"""What was written in a work tree since it was checked out, ignored files included."""

from expbench.adapters.git.process import git


def written_paths(root: str) -> list[str]:
    """Changed, deleted and new paths relative to the root, sorted; a folder that is all new ends in `/`.

    Raises `GitFailed`.
    """
    printed = git(root, ["ls-files", "-z", "--modified", "--others", "--directory", "--no-empty-directory"])
    return sorted({name.decode("utf-8", "surrogateescape") for name in printed.split(b"\0") if name})
