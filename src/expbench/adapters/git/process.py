"""Every start of git goes through here: fixed arguments, nothing of the repository's own is run.

A hook's environment (`GIT_DIR`, `GIT_INDEX_FILE` and more) is removed, hooks and fsmonitor are switched off
(a planted `core.fsmonitor` is a program), no optional lock is taken, and no object is fetched from a remote.
Clean filters alone are the user's own and run as they do for `git add`.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from expbench.errors import EnvironmentUnusable, ExpError

# What `git rev-parse --local-env-vars` lists, and what else would point git elsewhere.
_LOCAL: Final = frozenset(
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_OBJECT_DIRECTORY GIT_DIR "
    "GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_GRAFT_FILE GIT_INDEX_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE "
    "GIT_PREFIX GIT_SHALLOW_FILE GIT_COMMON_DIR GIT_INTERNAL_SUPER_PREFIX GIT_NAMESPACE GIT_QUARANTINE_PATH "
    "GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS "
    "GIT_ICASE_PATHSPECS GIT_ATTR_SOURCE".split()
)
_LOCAL_PREFIXES: Final = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
SAFE_CONFIG: Final = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.safecrlf=false",
    "core.quotePath=false",
    "core.splitIndex=false",
    "gc.auto=0",
    "protocol.allow=never",
    "user.name=exp",
    "user.email=exp@localhost",
    "commit.gpgSign=false",
)
_SAFE: Final = tuple(word for setting in SAFE_CONFIG for word in ("-c", setting))
# What is made in the user's own name: git then takes their name and mail.
_SAFE_AS_USER: Final = tuple(
    word for setting in SAFE_CONFIG if not setting.startswith("user.") for word in ("-c", setting)
)
SAFE_ENVIRON: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LANGUAGE": "C",  # plain English, while a clean filter keeps the user's own character set
}


class GitFailed(ExpError):
    """A call of git ended with a code that was not expected; `cause` holds git's own words."""


class Answer(NamedTuple):
    """What git printed."""

    stdout: bytes
    stderr: bytes


def is_local(name: str) -> bool:
    """Whether an environment variable of this name would lead git to another repository, index or setting."""
    return name in _LOCAL or name.startswith(_LOCAL_PREFIXES)


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: no repository chosen from outside, no optional lock, no prompt, plain English."""
    return {**{key: value for key, value in environ.items() if not is_local(key)}, **SAFE_ENVIRON}


def ask(
    root: str,
    arguments: Sequence[str],
    *,
    extra: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
    as_user: bool = False,
) -> Answer:
    """What `git ARGUMENTS` prints in `root`, on both streams.

    `extra` is added to the environment; `as_user` keeps the user's name and mail.
    Raises `GitFailed` for an exit code that is not in `accept`,
    `EnvironmentUnusable` where there is no git or no such folder.
    """
    argv = ["git", *(_SAFE_AS_USER if as_user else _SAFE), *arguments]
    environ = {**clean_environ(os.environ), **(extra or {})}
    try:
        done = subprocess.run(argv, cwd=root, env=environ, input=stdin, capture_output=True, check=False)
    except OSError as error:
        raise _unstartable(root, error) from error
    if done.returncode not in accept:
        raise _failure(root, arguments, done.returncode, done.stderr)
    return Answer(done.stdout, done.stderr)


def git(
    root: str,
    arguments: Sequence[str],
    *,
    extra: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
    as_user: bool = False,
) -> bytes:
    """What `git ARGUMENTS` prints on stdout; otherwise as `ask`."""
    return ask(root, arguments, extra=extra, stdin=stdin, accept=accept, as_user=as_user).stdout


def _unstartable(root: str, error: OSError) -> EnvironmentUnusable:
    if error.filename == root:
        return EnvironmentUnusable("git can't work here", f"{root} can't be entered: {error.strerror}", "cd")
    return EnvironmentUnusable("git can't be started", str(error), "install git 2.31 or newer")


def _failure(root: str, arguments: Sequence[str], code: int, stderr: bytes) -> GitFailed:
    words = stderr.decode(errors="replace").strip() or f"exit code {code}"
    verb = next((word for word in arguments if word[0] != "-" and "=" not in word), arguments[0])
    hint = "exp doctor"
    if "dubious ownership" in words:
        hint = f"git config --global --add safe.directory {root}"
    return GitFailed(f"git {verb} failed", words, hint)
