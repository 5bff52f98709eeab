"""Every start of git goes through here: fixed arguments, nothing of the repository's own is run.

A hook's environment (`GIT_DIR`, `GIT_INDEX_FILE` and more) is removed, hooks and fsmonitor are switched off
(a planted `core.fsmonitor` is a program), and no optional lock is taken.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from expbench.errors import EnvironmentUnusable, ExpError

# What `git rev-parse --local-env-vars` lists, and what else would point git elsewhere.
_LOCAL: Final = frozenset(
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_OBJECT_DIRECTORY GIT_DIR "
    "GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_GRAFT_FILE GIT_INDEX_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE "
    "GIT_PREFIX GIT_SHALLOW_FILE GIT_COMMON_DIR GIT_INTERNAL_SUPER_PREFIX GIT_NAMESPACE GIT_QUARANTINE_PATH "
    "GIT_EXTERNAL_DIFF GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_ICASE_PATHSPECS".split()
)
_SAFE: Final = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.safecrlf=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "gc.auto=0"),
    *("-c", "user.name=exp"),
    *("-c", "user.email=exp@localhost"),
    *("-c", "commit.gpgSign=false"),
)


class GitFailed(ExpError):
    """A call of git ended with a code that was not expected; `cause` holds git's own words."""


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: no repository chosen from outside, no optional lock, no prompt, plain English."""
    kept = {key: value for key, value in environ.items() if key not in _LOCAL and not key.startswith("GIT_CONFIG_")}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def git(
    root: str,
    arguments: Sequence[str],
    *,
    extra: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
) -> bytes:
    """What `git ARGUMENTS` prints in `root`.

    `extra` is added to the environment. Raises `GitFailed` for an exit code that is not in `accept`,
    `EnvironmentUnusable` where there is no git.
    """
    argv = ["git", *_SAFE, *arguments]
    environ = {**clean_environ(os.environ), **(extra or {})}
    try:
        done = subprocess.run(argv, cwd=root, env=environ, input=stdin, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise EnvironmentUnusable("git can't be started", str(error), "install git 2.31 or newer") from error
    if done.returncode not in accept:
        words = done.stderr.decode(errors="replace").strip()
        raise GitFailed(f"git {arguments[0]} failed", words or f"exit code {done.returncode}", "exp doctor")
    return done.stdout
