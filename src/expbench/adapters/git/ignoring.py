"""Which paths git ignores."""

from collections.abc import Sequence

from expbench.adapters.git.process import git

_NONE = 1  # how git says that it ignores none of them


def ignored_paths(root: str, paths: Sequence[str]) -> list[str]:
    """Those that git ignores, in the order given; a tracked one never is. Raises `GitFailed`."""
    if not paths:
        return []
    asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    printed = git(root, ["check-ignore", "-z", "--stdin"], stdin=asked, accept=(0, _NONE))
    return [name.decode("utf-8", "surrogateescape") for name in printed.split(b"\0") if name]
