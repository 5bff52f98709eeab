"""Telling a command of the user's about an event: JSON on its stdin, its output to the narration, a limit of time.

What must stay true: nothing of the repository takes part. The command starts in the user's home, so that a relative
name can't mean a file of the project, and git's variables are removed. Whatever goes wrong is words, never an error.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from expbench.adapters.git.process import clean_environ

LIMIT_S: Final = 60.0


def tell(argv: Sequence[str], document: bytes, environ: Mapping[str, str], limit_s: float = LIMIT_S) -> str:
    """Run the command to its end with the document on its stdin. What went wrong in words, else an empty text."""
    home = os.path.expanduser("~")
    words = [os.path.expanduser(argv[0]), *argv[1:]]
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=2,
            stderr=2,
            cwd=home,
            env=clean_environ(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"{argv[0]} could not be started: {getattr(error, 'strerror', None) or error}"
    try:
        process.communicate(document, timeout=limit_s)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"{argv[0]} was ended after {limit_s:g} s"
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        how = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        return f"{argv[0]} ended with {how}"
    return ""


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The command with all that it started in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
