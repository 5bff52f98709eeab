"""Our hooks in front of those that are there: put in, looked at, taken out to the last byte.

What must stay true:
- A hook that was there keeps its bytes, mode and name: it moves to a folder beside (`hooks.before-exp/NAME`), with
  links to its neighbours, and is run first, with the same arguments and input. There is no moment without it.
- A hook that git tracks is shared with others, so it is not moved; a shell's gets a few lines that do nothing in a
  clone without `exp`, and in another language it is left alone.
- The work is in one file in git's own folder, `exp-hooks`. Without it each hook only runs what was there before.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from importlib.resources import files
from typing import Final, Literal, NamedTuple

from expbench.adapters.git.discovery import Project
from expbench.adapters.hooks.core import CORE
from expbench.adapters.hooks.folder import HookFolder, hook_folders, seen_by_git, tracked
from expbench.errors import ExpError

NAMES: Final = (
    *("prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite", "post-merge", "post-checkout", "pre-push"),
)
_BEFORE: Final = ".before-exp"
_MARK: Final = b"# Made by `exp hooks install`"
_FIRST: Final = b"# >>> exp hooks"
_LAST: Final = b"# <<< exp hooks <<<\n"
_LEFT: Final = ("EXP_TREE", "EXP_EDITING")
_SHELLS: Final = (b"sh", b"bash", b"dash", b"ash", b"ksh", b"zsh")

State = Literal["installed", "outdated", "absent", "foreign"]


class Hook(NamedTuple):
    """One hook: `foreign` has nothing of ours; `before` says whether another one is run first."""

    name: str
    state: State
    before: bool


class Installed(NamedTuple):
    """What there is: the folder, each hook, whether the common part is there and of this version."""

    folder: str
    shared: bool
    core: bool
    hooks: list[Hook]


class Changes(NamedTuple):
    """What was done: files changed that git sees, hooks left alone because git tracks them, hooks run first."""

    seen: list[str]
    left_alone: list[str]
    chained: list[str]


def look(project: Project) -> Installed:
    """What is installed, in the folder that git uses."""
    folder = hook_folders(project)[0]
    hooks = [_look_at(folder.path, name) for name in NAMES]
    return Installed(folder.path, folder.shared, _read(_core(project)) == _script("core.sh"), hooks)


def install(project: Project) -> Changes:
    """Put every hook in, or make those of an older version new. Raises `ExpError` where that can't be written."""
    with _alone(project):
        return _install(project, hook_folders(project)[0])


def _install(project: Project, folder: HookFolder) -> Changes:
    paths = {name: os.path.join(folder.path, name) for name in NAMES}
    known = tracked(project, [path for path in paths.values() if os.path.lexists(path)])
    seen = seen_by_git(project, list(paths.values()))
    changes = Changes([], [], [])
    with _writing(folder):
        os.makedirs(folder.path, exist_ok=True)
        _write(_core(project), _script("core.sh"), 0o644)
        for name, path in paths.items():
            changed = _insert(path) if path in known and not _is_ours(_read(path)) else _replace(folder, name)
            if changed is None:
                changes.left_alone.append(name)
            elif changed and path in seen:
                changes.seen.append(path)
        if os.path.isdir(folder.path + _BEFORE):
            _link_neighbours(folder.path)
    chained = [hook.name for hook in (_look_at(folder.path, name) for name in NAMES) if hook.before]
    return changes._replace(chained=chained)


def uninstall(project: Project) -> list[str]:
    """Take every hook out and give back what was there; gives the names of hooks that somebody replaced meanwhile."""
    replaced: list[str] = []
    with _alone(project):
        for folder in hook_folders(project):
            with _writing(folder):
                replaced += [name for name in NAMES if not _give_back(folder.path, name)]
                _remove_before(folder.path + _BEFORE)
        _remove_own(project)
    return replaced


def _remove_own(project: Project) -> None:
    """The common part, and what the hooks leave for one another from one moment of a commit to the next."""
    left = [os.path.join(folder, name) for folder in {project.git_dir, project.common_dir} for name in _LEFT]
    for path in [_core(project), *left]:
        with _writing(HookFolder(project.common_dir, False)), suppress(FileNotFoundError):
            os.unlink(path)


def _look_at(folder: str, name: str) -> Hook:
    path, before = os.path.join(folder, name), os.path.join(folder + _BEFORE, name)
    content = _read(path)
    if _is_ours(content):
        state: State = "installed" if content == _script("hook.sh") else "outdated"
        return Hook(name, state, os.path.lexists(before))
    if content is not None and _FIRST in content:
        return Hook(name, "installed" if _script("block.sh") in content else "outdated", True)
    return Hook(name, "foreign" if os.path.lexists(path) else "absent", False)


def _replace(folder: HookFolder, name: str) -> bool:
    """Put our hook in the place of what is there, which is kept; tells whether a file changed."""
    path, before = os.path.join(folder.path, name), os.path.join(folder.path + _BEFORE, name)
    content, ours = _read(path), _script("hook.sh")
    if content == ours and os.access(path, os.X_OK):
        return False
    if os.path.lexists(path) and not _is_ours(content):
        _make_before(folder.path + _BEFORE)
        _keep(path, before)
    _write(path, ours, 0o755)
    return True


def _keep(path: str, before: str) -> None:
    """The same file under its other name; where that takes no second name, it moves."""
    with suppress(FileNotFoundError):
        os.unlink(before)  # of an earlier hook, which somebody has replaced since
    try:
        os.link(path, before, follow_symlinks=False)
    except OSError:
        os.rename(path, before)


def _insert(path: str) -> bool | None:
    """Our lines below the first one of a shell script that git tracks; None for another language."""
    content = _read(path) or b""
    first, newline, rest = content.partition(b"\n")
    words = first[2:].replace(b"/", b" ").split()
    if not (first.startswith(b"#!") and newline and any(word in _SHELLS for word in words)) or b"\r" in first:
        return None
    plain = _without_block(content)
    first, newline, rest = plain.partition(b"\n")
    changed = first + newline + _script("block.sh") + rest
    if changed == content:
        return False
    target = os.path.realpath(path)
    _write(target, changed, stat.S_IMODE(os.stat(target).st_mode))
    return True


def _give_back(folder: str, name: str) -> bool:
    """Take our hook away; False when another one stands in its place while an older is kept."""
    path, before = os.path.join(folder, name), os.path.join(folder + _BEFORE, name)
    content = _read(path)
    kept = os.path.lexists(before) and not _is_link_to_neighbour(before)
    if _is_ours(content) or (content is None and not os.path.lexists(path)):
        if kept:
            os.replace(before, path)
        elif content is not None:
            os.unlink(path)
        return True
    if content is not None and _FIRST in content:
        target = os.path.realpath(path)
        _write(target, _without_block(content), stat.S_IMODE(os.stat(target).st_mode))
    return not kept


def _without_block(content: bytes) -> bytes:
    start, end = content.find(_FIRST), content.find(_LAST)
    return content[:start] + content[end + len(_LAST) :] if 0 <= start < end else content


def _make_before(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    _write(os.path.join(folder, ".gitignore"), b"*\n", 0o644)


def _link_neighbours(folder: str) -> None:
    """Links to what lies beside the hooks, since a hook may look for it beside itself."""
    for entry in os.listdir(folder):
        link = os.path.join(folder + _BEFORE, entry)
        if entry not in NAMES and not entry.endswith((".sample", ".exp-new")) and not os.path.lexists(link):
            os.symlink(os.path.join("..", os.path.basename(folder), entry), link)


def _remove_before(before: str) -> None:
    """Our folder, unless something is left that is not ours."""
    if not os.path.isdir(before) or os.path.islink(before):
        return
    for entry in os.listdir(before):
        path = os.path.join(before, entry)
        if entry == ".gitignore" or _is_link_to_neighbour(path):
            os.unlink(path)
    with suppress(OSError):
        os.rmdir(before)


def _is_link_to_neighbour(path: str) -> bool:
    neighbours = os.path.basename(os.path.dirname(path)).removesuffix(_BEFORE)
    wanted = os.path.join("..", neighbours, os.path.basename(path))
    return os.path.islink(path) and os.readlink(path) == wanted


def _is_ours(content: bytes | None) -> bool:
    return content is not None and content.partition(b"\n")[2].startswith(_MARK)


def _core(project: Project) -> str:
    return os.path.join(project.common_dir, CORE)


def _script(name: str) -> bytes:
    return files("expbench.adapters.hooks.scripts").joinpath(name).read_bytes()


def _read(path: str) -> bytes | None:
    """The content of a file, through a link; None where there is none or it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _write(path: str, content: bytes, mode: int) -> None:
    """Whole or not at all: a hook that is half written would stop a commit."""
    draft = f"{path}.{os.urandom(4).hex()}.exp-new"
    try:
        with open(draft, "wb") as file:
            file.write(content)
        os.chmod(draft, mode)
        os.replace(draft, path)
    finally:
        with suppress(FileNotFoundError):  # it has its place
            os.unlink(draft)


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """One process at a time: the second would take our hook for the one that was there, and lose that."""
    fd = os.open(project.common_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flock(fd, LOCK_EX)  # held for milliseconds, and freed when its holder dies
        yield
    finally:
        os.close(fd)


@contextmanager
def _writing(folder: HookFolder) -> Iterator[None]:
    """Turn refusals of the operating system into an `ExpError` about the folder."""
    try:
        yield
    except OSError as error:
        cause = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        raise ExpError("the hooks can't be written", cause, f"ls -ld {folder.path}") from error
