"""`exp log-metric` without the command line's machinery, so that a shell's loop may call it often.

Only what is typed plainly is done here; help, and everything that must be explained, is left to the full command.
"""

import os
import re
from collections.abc import Sequence
from math import isinf
from typing import Final

from expbench.bootstrap.pointing import log_points
from expbench.errors import ExitCode, ExpError, UsageError, attempted

HINT: Final = "exp log-metric loss=0.31 --step 5"
_STEP: Final = re.compile(r"[+-]?\d{1,40}", re.ASCII)


def quick(words: Sequence[str]) -> int | None:
    """Do what the words ask for and give the exit code; None when the full command must look at them."""
    assignments, steps = [], []
    rest = iter(words)
    for word in rest:
        if word == "--step":
            steps.append(next(rest, ""))
        elif word.startswith("--step="):
            steps.append(word.removeprefix("--step="))
        elif word.startswith("-"):
            return None
        else:
            assignments.append(word)
    if not assignments or len(steps) > 1 or not all(map(_STEP.fullmatch, steps)):
        return None

    def do() -> int:
        log(assignments, int(steps[0]) if steps else None)
        return ExitCode.OK

    return attempted(do, lambda error: _failed(error, words))


def log(assignments: Sequence[str], step: int | None) -> None:
    """Log what `K=V` say, all of it or, when one is wrong, nothing. Raises `ExpError`."""
    if step is not None and step not in range(-(2**63), 2**63):
        raise UsageError(f"the step {step} can't be kept", "it is beyond 64 bits", HINT)
    log_points([_point(assignment) for assignment in assignments], step, os.environ)


def _point(assignment: str) -> tuple[str, float]:
    key, assigned, text = assignment.rpartition("=")
    if not assigned or not key:
        raise UsageError(f"{assignment} is no KEY=VALUE", "a metric has a name and a number", HINT)
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(f"{text} is no number", f"the value of {key}", HINT) from error
    if isinf(value) and "inf" not in text.lower():
        raise UsageError(f"{text} is beyond all floats", f"the value of {key}", HINT)
    return key, value


def _failed(error: Exception, words: Sequence[str]) -> int:
    from expbench.cli.output import narrate_error

    if isinstance(error, ExpError):
        narrate_error(error)
        return int(error.exit_code)
    from expbench.cli.report import narrate_bug

    narrate_bug(error, ["log-metric", *words])
    return ExitCode.BUG
