"""Which program a command means, found as `execvp` finds it but from the child's own environment and directory.

Looked up early, so that a mistyped command fails before a snapshot is taken: 127 not found, 126 not executable,
125 for a directory that is gone, as shells and `env` number them.
"""

import errno
import os
from collections.abc import Mapping, Sequence

from expbench.errors import ExitCode, ExpError, UsageError


class NotStarted(ExpError):
    """The child can't be started where it should be."""

    exit_code = ExitCode.NOT_STARTED


class NotExecutable(ExpError):
    """The command names something that can't be run."""

    exit_code = ExitCode.NOT_EXECUTABLE


class NotFound(ExpError):
    """The command names nothing."""

    exit_code = ExitCode.NOT_FOUND


def resolve_command(argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> str:
    """The absolute path of the program. Raises `NotFound`, `NotExecutable`, `NotStarted`, `UsageError`."""
    _check_words(argv)
    if not os.path.isdir(cwd):
        raise NotStarted("the command was not started", f"the directory {cwd} is not there", "cd to one that is")
    refused = ""
    for path in _candidates(argv[0], cwd, environ):
        why = _why_not(path)
        if why is None:
            return path
        refused = refused or why
    if refused:
        raise NotExecutable(f"{argv[0]} can't be executed", refused, _advice(argv[0]))
    where = "there is no such file" if "/" in argv[0] else "no directory in PATH holds it"
    raise NotFound(f"{argv[0]} was not found", where, "check the spelling of what stands behind --")


def start_failure(argv: Sequence[str], cwd: str, error: OSError) -> ExpError:
    """The error for people when the kernel refused to start a program that `resolve_command` had found."""
    if error.filename == cwd:
        return NotStarted("the command was not started", f"{cwd}: {error.strerror}", "cd to another directory")
    if error.errno == errno.ENOENT:  # the file is there, so it is the interpreter in its first line that isn't
        why = "the program that its first line (#!) names is not there"
    elif error.errno == errno.ENOEXEC:
        why = "it is neither a program of this machine nor does its first line (#!) name one"
    elif error.errno in {errno.EAGAIN, errno.ENOMEM}:
        return NotStarted("the command was not started", str(error.strerror), "try again when the machine has room")
    else:
        why = str(error.strerror)
    return NotExecutable(f"{argv[0]} can't be executed", why, _advice(argv[0]))


def _check_words(argv: Sequence[str]) -> None:
    if not argv or not argv[0]:
        raise UsageError("there is no command to run", "nothing stands behind --", "exp run -- python train.py")
    for word in argv:
        try:
            whole = b"\0" not in os.fsencode(word)
        except UnicodeEncodeError:
            whole = False
        if not whole:
            raise UsageError("the command can't be passed on", f"{word!r} is no possible argument", "exp run --help")


def _candidates(program: str, cwd: str, environ: Mapping[str, str]) -> list[str]:
    if "/" in program:
        return [os.path.join(cwd, program)]
    # An empty part of PATH means the current directory, which is the child's.
    return [os.path.join(cwd, folder, program) for folder in environ.get("PATH", os.defpath).split(os.pathsep)]


def _why_not(path: str) -> str | None:
    """None: it can be run; "": it isn't there; otherwise why it can't."""
    if os.path.isdir(path):
        return "it is a directory"
    if os.access(path, os.X_OK):
        return None
    return "it is not marked as executable" if os.path.lexists(path) else ""


def _advice(program: str) -> str:
    if program.endswith(".py"):
        return f"exp run -- python {program}"
    return f"chmod +x {program}, or name its interpreter: exp run -- sh {program}"
