"""The errors that people meet: what happened, its cause, and the next command to type.

They are raised with plain words where the trouble is found and printed in one place, `cli.main`.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

Result = TypeVar("Result")


class ExitCode(IntEnum):
    """Every exit code of `exp` (DESIGN.md, section 3); `exp run` otherwise gives the child's own."""

    OK = 0
    FAILED = 1
    USAGE = 2
    ENVIRONMENT = 3
    MISMATCH = 4
    BUG = 70
    NOT_STARTED = 125
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class ExpError(Exception):
    """An expected failure. `what`, `cause` and `hint` are sentences without a final full stop."""

    exit_code: int = ExitCode.FAILED

    def __init__(self, what: str, cause: str = "", hint: str = "", exit_code: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(ExpError):
    """The command was not typed as it must be: an unknown run, a broken filter, a wrong option."""

    exit_code = ExitCode.USAGE


class EnvironmentUnusable(ExpError):
    """The place can't be worked in: no git repository, a store of a newer version, DVC missing."""

    exit_code = ExitCode.ENVIRONMENT


class Mismatch(ExpError):
    """A reproduction or a verification came out different."""

    exit_code = ExitCode.MISMATCH


def attempted(action: Callable[[], Result], failed: Callable[[Exception], Result]) -> Result:
    """The action's result, or what `failed` makes of any error of it.

    For recording, which must never change what the user's command or training code does.
    """
    try:
        return action()
    except Exception as error:  # noqa: BLE001  # bugs of ours included: `failed` tells them as warnings
        return failed(error)
